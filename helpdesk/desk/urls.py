"""Every address of the desk: pages, the fragments they refetch, one address a verb."""

from django.urls import path, register_converter

from helpdesk.desk.askings import ASKINGS
from helpdesk.desk.objection_acts import ACTS
from helpdesk.desk.views import (
    asking,
    belonging,
    callbacks,
    files,
    follow_ups,
    handovers,
    notice_centre,
    notices,
    objection_filing,
    objections,
    offers,
    openings,
    order_facts,
    pages,
    phrases,
    presence,
    receiving,
    requests,
    saved,
    settling,
    shift_sheets,
    verbs,
)


class NumberConverter:
    """A ticket's public number."""

    regex = "[A-Z0-9]{3,20}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(NumberConverter, "number")

app_name = "desk"

INQUIRY = "inquiries/<number:number>/"
OBJECTION = "objections/<number:number>/"
HANDOVER = "handovers/<int:pk>/"
FOLLOW_UP = "follow-ups/<number:number>/"
CONTRACT = "contract-requests/<number:number>/"
REPAIR = "repairs/<number:number>/"
SHEET = "shifts/<str:day>/<slug:code>/"

urlpatterns = [
    path("", pages.inbox, name="inbox"),
    path("receive/", receiving.receive, name="receive"),
    path("list/", pages.ticket_list, name="list"),
    path("views/", saved.menu, name="views"),
    path("views/save/", saved.save, name="save_view"),
    path("views/<int:pk>/rename/", saved.rename, name="rename_view"),
    path("views/<int:pk>/forget/", saved.forget, name="forget_view"),
    path(INQUIRY, pages.inquiry, name="inquiry"),
    path(f"{INQUIRY}thread/", pages.thread, name="thread"),
    path(f"{INQUIRY}context/", pages.context, name="context"),
    path(f"{INQUIRY}clocks/", pages.clocks, name="clocks"),
    path(f"{INQUIRY}files/<uuid:public_id>/", files.attachment, name="file"),
    path(f"{INQUIRY}take/", verbs.take, name="take"),
    path(f"{INQUIRY}greet/", verbs.greet, name="greet"),
    path(f"{INQUIRY}reply/", verbs.reply, name="reply"),
    path(f"{INQUIRY}note/", verbs.note, name="note"),
    path(f"{INQUIRY}assign/", verbs.assign, name="assign"),
    path(f"{INQUIRY}topics/add/", verbs.add_topic, name="add_topic"),
    path(f"{INQUIRY}topics/remove/", verbs.remove_topic, name="remove_topic"),
    path(f"{INQUIRY}topics/complex/", verbs.mark_complex, name="mark_complex"),
    path(f"{INQUIRY}topics/answer/", verbs.answer_topic, name="answer_topic"),
    path(f"{INQUIRY}question-clear/", verbs.question_clear, name="question_clear"),
    path(f"{INQUIRY}needs-checking/", verbs.needs_checking, name="needs_checking"),
    path(f"{INQUIRY}not-reached/", verbs.not_reached, name="not_reached"),
    path(f"{INQUIRY}called-back/", verbs.called_back, name="called_back"),
    path(f"{INQUIRY}reveal/", verbs.reveal, name="reveal"),
    path(f"{INQUIRY}email/", verbs.note_email, name="note_email"),
    path(f"{INQUIRY}email/reveal/", verbs.reveal_email, name="reveal_email"),
    path(f"{INQUIRY}no-more/", verbs.withdraw_consent, name="withdraw_consent"),
    path(f"{INQUIRY}closing-question/", verbs.closing_question, name="ask_closing"),
    path(f"{INQUIRY}customer-left/", verbs.customer_left, name="customer_left"),
    path(f"{INQUIRY}devices/", offers.devices, name="devices"),
    path(f"{INQUIRY}devices/select/", offers.select, name="select_devices"),
    path(f"{INQUIRY}devices/recommend/", offers.recommend, name="recommend"),
    path(f"{INQUIRY}devices/choice/", offers.record_choice, name="record_choice"),
    path(f"{INQUIRY}quotation/", offers.quotation, name="quotation"),
    path(f"{INQUIRY}quotation/draft/", offers.draft, name="draft_quotation"),
    path(f"{INQUIRY}quotation/send/", offers.send, name="send_quotation"),
    path(f"{INQUIRY}quotation/<number:quoted>/pdf/", offers.pdf, name="quotation_pdf"),
    path(f"{INQUIRY}close/", verbs.close, name="close"),
    path(f"{INQUIRY}abandon/", verbs.abandon, name="abandon"),
    path(f"{INQUIRY}reopen/", verbs.reopen, name="reopen"),
    path(f"{INQUIRY}link/", belonging.link, name="link"),
    path(f"{INQUIRY}unlink/", belonging.unlink, name="unlink"),
    path(f"{INQUIRY}merge/", belonging.merge, name="merge"),
    path(f"{INQUIRY}unmerge/", belonging.unmerge, name="unmerge"),
    path("phrases/", phrases.examine, name="phrases"),
    path("callbacks/", callbacks.page, name="callbacks"),
    path("callbacks/list/", callbacks.fragment, name="callback_list"),
    path("callbacks/<number:number>/tried/", callbacks.not_reached, name="tried"),
    path("callbacks/<number:number>/done/", callbacks.called_back, name="done"),
    path("callbacks/missed-call/", callbacks.missed_call, name="missed_call"),
    path("follow-ups/", follow_ups.page, name="follow_ups"),
    path("follow-ups/list/", follow_ups.fragment, name="follow_up_list"),
    path(f"{FOLLOW_UP}send/", follow_ups.send, name="follow_up_send"),
    path(f"{FOLLOW_UP}edit/", follow_ups.edit, name="follow_up_edit"),
    path(f"{FOLLOW_UP}cancel/", follow_ups.cancel, name="follow_up_cancel"),
    path("notices/", notice_centre.page, name="notice_centre"),
    path("notices/count/", notice_centre.count, name="notice_count"),
    path("notices/acknowledge/", notice_centre.acknowledge, name="notices_heard"),
    path("notices/outstanding/", notices.notices, name="notices"),
    path("tickets/<number:number>/opened/", openings.opened, name="opened"),
    path("presence/", presence.menu, name="presence"),
    path("notices/<number:number>/acknowledge/", notices.acknowledge, name="heard"),
    # What one shift hands to the next.
    path("shifts/", shift_sheets.index, name="shifts"),
    path(SHEET, shift_sheets.sheet, name="shift_sheet"),
    path(f"{SHEET}draw-up/", shift_sheets.draw_up, name="shift_draw_up"),
    path(f"{SHEET}hand-over/", shift_sheets.hand_over, name="shift_hand_over"),
    path(f"{SHEET}take-over/", shift_sheets.take_over, name="shift_take_over"),
    path("words/<int:pk>/heard/", notices.heard_word, name="heard_word"),
    # Objections, and what departments were handed of them.
    path(f"{INQUIRY}objection/", objection_filing.convert, name="convert"),
    path("objections/file/", objection_filing.file, name="file_objection"),
    path(OBJECTION, objections.objection, name="objection"),
    path(f"{OBJECTION}thread/", objections.thread, name="objection_thread"),
    path(f"{OBJECTION}context/", objections.context, name="objection_context"),
    path(f"{OBJECTION}clocks/", objections.clocks, name="objection_clocks"),
    path(
        f"{OBJECTION}files/<uuid:public_id>/", files.attachment, name="objection_file"
    ),
    path(f"{OBJECTION}take/", objections.take, name="objection_take"),
    path(f"{OBJECTION}assign/", objections.assign, name="objection_assign"),
    path(f"{OBJECTION}reply/", objections.reply, name="objection_reply"),
    path(f"{OBJECTION}note/", objections.note, name="objection_note"),
    path(f"{OBJECTION}reveal/", objections.reveal, name="objection_reveal"),
    path(f"{OBJECTION}acknowledge/", objections.acknowledge, name="acknowledge"),
    path(f"{OBJECTION}record/", objections.record, name="objection_record"),
    path(f"{OBJECTION}accept/", objections.accept, name="objection_accept"),
    path(
        f"{OBJECTION}conversations/",
        objections.conversations,
        name="objection_conversations",
    ),
    path(f"{OBJECTION}go-on/", objections.go_on, name="objection_go_on"),
    path(f"{OBJECTION}approve/", settling.approve, name="objection_approve"),
    path(f"{OBJECTION}approvals/", settling.approvals, name="objection_approvals"),
    path(
        f"{OBJECTION}investigate-again/",
        settling.investigate_again,
        name="objection_investigate_again",
    ),
    path(f"{OBJECTION}archive/", settling.archive, name="objection_archive"),
    path(
        f"{OBJECTION}evidence/<int:pk>/",
        files.evidence,
        name="objection_evidence",
    ),
    path(f"{OBJECTION}order/", order_facts.show, name="objection_order"),
    path(f"{OBJECTION}order/keep/", order_facts.keep, name="objection_order_keep"),
    path(f"{OBJECTION}link/", objections.link, name="objection_link"),
    path(f"{OBJECTION}unlink/", objections.unlink, name="objection_unlink"),
    *(
        path(
            f"{OBJECTION}{name}/",
            objections.act,
            {"name": name},
            name=f"objection-{name}",
        )
        for name in ACTS
    ),
    path("handovers/", handovers.queue, name="handovers"),
    path(f"{HANDOVER}accept/", handovers.accept, name="handover_accept"),
    path(f"{HANDOVER}return/", handovers.return_it, name="handover_return"),
    path("actions/<int:pk>/done/", handovers.done, name="action_done"),
    # What an inquiry asks of other departments, and their lists.
    *(
        path(f"{INQUIRY}{name}/", asking.asking, {"name": name}, name=name)
        for name in ASKINGS
    ),
    path(f"{INQUIRY}understood/", asking.understood, name="understood"),
    path("contract-requests/", requests.contracts, name="contract_requests"),
    path(f"{CONTRACT}forward/", requests.forward, name="contract_forward"),
    path(f"{CONTRACT}decide/", requests.decide, name="contract_decide"),
    path(f"{CONTRACT}reword/", requests.reword, name="contract_reword"),
    path(f"{CONTRACT}tell/", requests.tell, name="contract_tell"),
    path("repairs/", requests.repairs, name="repairs"),
    path(f"{REPAIR}contact/", requests.contact, name="repair_contact"),
    path(f"{REPAIR}check-in/", requests.check_in, name="repair_check_in"),
    path(f"{REPAIR}finish/", requests.finish, name="repair_finish"),
]
