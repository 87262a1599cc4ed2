"""Every address of the desk: pages, the fragments they refetch, one address a verb."""

from django.urls import path, register_converter

from helpdesk.desk.views import callbacks, files, notices, offers, pages, verbs


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

urlpatterns = [
    path("", pages.inbox, name="inbox"),
    path("list/", pages.ticket_list, name="list"),
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
    path(f"{INQUIRY}topics/answer/", verbs.answer_topic, name="answer_topic"),
    path(f"{INQUIRY}question-clear/", verbs.question_clear, name="question_clear"),
    path(f"{INQUIRY}needs-checking/", verbs.needs_checking, name="needs_checking"),
    path(f"{INQUIRY}not-reached/", verbs.not_reached, name="not_reached"),
    path(f"{INQUIRY}called-back/", verbs.called_back, name="called_back"),
    path(f"{INQUIRY}reveal/", verbs.reveal, name="reveal"),
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
    path(f"{INQUIRY}reopen/", verbs.reopen, name="reopen"),
    path("callbacks/", callbacks.page, name="callbacks"),
    path("callbacks/list/", callbacks.fragment, name="callback_list"),
    path("callbacks/<number:number>/tried/", callbacks.not_reached, name="tried"),
    path("callbacks/<number:number>/done/", callbacks.called_back, name="done"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<number:number>/acknowledge/", notices.acknowledge, name="heard"),
]
