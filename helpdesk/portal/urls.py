"""Every address that a stranger can reach."""

from django.urls import path

from helpdesk.portal import (
    answering,
    catalogue,
    filed,
    following,
    objections,
    quotations,
    reaching,
    uploads,
    views,
)

app_name = "portal"

urlpatterns = [
    path("", views.home, name="home"),
    path("ask/", views.ask, name="ask"),
    path("devices/", catalogue.devices, name="devices"),
    path("devices/<slug:code>/", catalogue.device, name="device"),
    path("prices/", catalogue.calculator, name="calculator"),
    path("compare/", catalogue.compare, name="compare"),
    path("privacy/", views.privacy, name="privacy"),
    path("channels/", reaching.channels, name="channels"),
    path("channels/embed/", reaching.embed, name="channels_embed"),
    path("channels/menu.txt", reaching.menu_text, name="channels_menu"),
    path("stores/<slug:code>/", reaching.store, name="store"),
    path("objections/new/", objections.new, name="objection_new"),
    path("objections/uploads/", uploads.begin, name="objection_upload"),
    path(
        "objections/uploads/<uuid:public_id>/",
        uploads.one,
        name="objection_upload_one",
    ),
    path("objections/<slug:number>/", filed.filed, name="objection_filed"),
    path(
        "objections/<slug:number>/phone/", filed.confirm_phone, name="objection_phone"
    ),
    path(
        "objections/<slug:number>/phone/send/",
        filed.send_code,
        name="objection_phone_send",
    ),
    path("follow/", following.follow, name="follow"),
    path("follow/link/<str:token>/", following.by_link, name="case_link"),
    path("follow/<slug:number>/", following.case, name="case"),
    path("follow/<slug:number>/write/", following.write, name="case_write"),
    path("follow/<slug:number>/urge/", following.urge, name="case_urge"),
    path("follow/<slug:number>/withdraw/", following.withdraw, name="case_withdraw"),
    path("follow/<slug:number>/answer/", answering.answer, name="case_answer"),
    path("follow/<slug:number>/rate/", answering.rate, name="case_rate"),
    path("follow/<slug:number>/appeal/", answering.appeal, name="case_appeal"),
    path("follow/<slug:number>/leave/", following.leave, name="case_leave"),
    path("follow/<slug:number>/pdf/", following.pdf, name="case_pdf"),
    path("follow/<slug:number>/make/", following.make_pdf, name="case_make_pdf"),
    path(
        "follow/<slug:number>/files/<uuid:public_id>/",
        following.file,
        name="case_file",
    ),
    path("thread/<str:token>/", views.thread, name="thread"),
    path("thread/<str:token>/write/", views.write, name="write"),
    path("thread/<str:token>/fault/", views.fault, name="fault"),
    path("thread/<str:token>/topic/", views.add_topic, name="topic"),
    path("thread/<str:token>/choose/", views.choose, name="choose"),
    path("thread/<str:token>/leave/", views.leave, name="leave"),
    path("thread/<str:token>/reopen/", views.reopen, name="reopen"),
    path("thread/<str:token>/agree/", views.agree, name="agree"),
    path("thread/<str:token>/no-more/", views.no_more, name="no_more"),
    path("thread/<str:token>/files/<uuid:public_id>/", views.file, name="file"),
    path("quotation/<str:token>/", quotations.page, name="quotation"),
    path("quotation/<str:token>/opened/", quotations.opened, name="quotation_opened"),
    path("quotation/<str:token>/ask/", quotations.ask_again, name="quotation_ask"),
    path("quotation/<str:token>/pdf/", quotations.pdf, name="quotation_pdf"),
    path(
        "quotation/<str:token>/make/", quotations.make_document, name="quotation_make"
    ),
]
