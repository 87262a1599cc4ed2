"""Every address of the supervisors' door."""

from django.urls import path

from helpdesk.supervision.views import (
    analysis,
    board,
    calendars,
    channels,
    drafts,
    goals,
    hours,
    ledger,
    monitor,
    policy,
    prevention,
    publication,
    quarantine,
    rollouts,
    stores,
)

app_name = "supervision"

POLICY = "policy/<slug:policy>/"
VERSION = f"{POLICY}<int:number>/"

urlpatterns = [
    path("", board.board, name="board"),
    path("tv/", board.television, name="tv"),
    path("clocks/<int:pk>/acknowledge/", board.acknowledge, name="acknowledge"),
    path(
        "promises/<slug:metric>/acknowledge/",
        board.acknowledge_all,
        name="acknowledge_all",
    ),
    path("inquiries/<slug:number>/take/", board.take_over, name="take_over"),
    path("inquiries/<slug:number>/assign/", board.reassign, name="reassign"),
    path("watch/<slug:number>/", monitor.monitor, name="monitor"),
    path("watch/<slug:number>/join/", monitor.join, name="join"),
    path("watch/<slug:number>/take/", monitor.take, name="monitor_take"),
    path("watch/<slug:number>/word/", monitor.word, name="word"),
    path("goals/", goals.index, name="goals"),
    path("policy/", policy.index, name="policies"),
    path(f"{POLICY}compare/", policy.compare, name="policy_compare"),
    path(f"{POLICY}draft/", drafts.begin, name="policy_draft"),
    path(VERSION, policy.version, name="policy_version"),
    path(f"{VERSION}discard/", drafts.discard, name="policy_discard"),
    path(f"{VERSION}rules/new/", drafts.new_rule, name="policy_rule_new"),
    path(f"{VERSION}rules/<slug:code>/", drafts.rule, name="policy_rule"),
    path(
        f"{VERSION}rules/<slug:code>/remove/",
        drafts.remove_rule,
        name="policy_rule_remove",
    ),
    path(f"{VERSION}ladder/", drafts.common_ladder, name="policy_ladder"),
    path(f"{VERSION}pauses/new/", drafts.new_pause_rule, name="policy_pause_new"),
    path(f"{VERSION}pauses/<slug:code>/", drafts.pause_rule, name="policy_pause"),
    path(
        f"{VERSION}pauses/<slug:code>/remove/",
        drafts.remove_pause_rule,
        name="policy_pause_remove",
    ),
    path(f"{VERSION}preview/", publication.preview, name="policy_preview"),
    path(f"{VERSION}publish/", publication.publish, name="policy_publish"),
    path(f"{VERSION}apply/", rollouts.rollout, name="policy_rollout"),
    path("calendars/", calendars.index, name="calendars"),
    path("calendars/add-year/", calendars.add_year, name="calendar_year"),
    path("calendars/<slug:code>/", calendars.calendar, name="calendar"),
    path("calendars/<slug:code>/change/", hours.change, name="calendar_hours"),
    path("channels/", channels.index, name="channels"),
    path("channels/places/new/", channels.new_place, name="place_new"),
    path("channels/places/<int:pk>/", channels.place, name="place"),
    path("channels/places/<int:pk>/take-off/", channels.take_off, name="place_off"),
    path("channels/checks/<uuid:public_id>/proof/", channels.proof, name="proof"),
    path("stores/new/", stores.new, name="store_new"),
    path("stores/<slug:code>/", stores.change, name="store"),
    path("stores/<slug:code>/poster/", stores.poster, name="store_poster"),
    path("objections/", analysis.month, name="objections"),
    path("objections/export/", analysis.export, name="objections_export"),
    path("ledger/", ledger.show, name="ledger"),
    path("ledger/export/", ledger.export, name="ledger_export"),
    path("prevention/", prevention.index, name="preventions"),
    path("prevention/new/", prevention.new, name="prevention_new"),
    path("prevention/<slug:number>/", prevention.action, name="prevention"),
    path(
        "prevention/<slug:number>/<slug:step>/",
        prevention.step,
        name="prevention_step",
    ),
    path("quarantine/", quarantine.index, name="quarantine"),
    path("quarantine/<int:pk>/lift/", quarantine.lift, name="quarantine_lift"),
]
