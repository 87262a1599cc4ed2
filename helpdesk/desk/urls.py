"""Every address of the desk: pages, the fragments they refetch, one address a verb."""

from django.urls import path, register_converter

from helpdesk.desk.views import files, notices, pages, phrases, receiving, verbs


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
    path("receive/", receiving.receive, name="receive"),
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
    path(f"{INQUIRY}close/", verbs.close, name="close"),
    path(f"{INQUIRY}reopen/", verbs.reopen, name="reopen"),
    path("phrases/", phrases.examine, name="phrases"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<number:number>/acknowledge/", notices.acknowledge, name="heard"),
]
