"""The history of a ticket: what happened, line by line, chained by hashes."""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.models import User
from tickets.models.ticket import Ticket


class Verb(models.TextChoices):
    """What can happen to a ticket."""

    ASKED = "asked", _("Customer asked")
    CUSTOMER_WROTE = "customer_wrote", _("Customer wrote")
    GREETED_AUTOMATICALLY = "greeted_automatically", _("Automatic greeting sent")
    GREETED = "greeted", _("Greeting sent")
    REPLIED = "replied", _("Reply sent")
    NOTED = "noted", _("Note written")
    TAKEN = "taken", _("Taken")
    ASSIGNED = "assigned", _("Assigned")
    CLOSED = "closed", _("Finished")
    REOPENED = "reopened", _("Reopened")
    BREACH_ACKNOWLEDGED = "breach_acknowledged", _("Breach acknowledged")
    PRIORITY_RAISED = "priority_raised", _("Priority raised")
    TOPIC_ADDED = "topic_added", _("Topic added")
    TOPIC_ANSWERED = "topic_answered", _("Topic answered")
    TOPIC_REMOVED = "topic_removed", _("Wrong topic removed")
    TOPIC_COMPLEX = "topic_complex", _("Topic needs steps")
    TOPIC_SIMPLE = "topic_simple", _("Topic needs no steps")
    QUESTION_CLEAR = "question_clear", _("Question understood")
    CHECKING_ANNOUNCED = (
        "checking_announced",
        _("Told that the question needs checking"),
    )
    CALLBACK_TRIED = "callback_tried", _("Callback tried, nobody reached")
    CALLBACK_DONE = "callback_done", _("Called back")
    CONTACT_REVEALED = "contact_revealed", _("Contact revealed")
    DEVICES_RECOMMENDED = "devices_recommended", _("Devices recommended")
    DEVICE_CHOSEN = "device_chosen", _("Customer chose a device")
    QUOTED = "quoted", _("Quotation sent")
    CLAUSES_EXPLAINED = "clauses_explained", _("Contract clauses explained")
    CONTRACT_CHANGE_ASKED = "contract_change_asked", _("Contract change asked for")
    CONTRACT_FORWARDED = "contract_forwarded", _("Sent to contract management")
    CONTRACT_DECIDED = "contract_decided", _("Contract management decided")
    CONTRACT_RESULT_TOLD = "contract_result_told", _("Contract result told")
    SERVICE_FACTS_TOLD = "service_facts_told", _("Delivery and service explained")
    FAULT_REPORTED = "fault_reported", _("Fault reported")
    TECHNICIAN_CONTACTED = (
        "technician_contacted",
        _("Technician contacted the customer"),
    )
    TECHNICIAN_ON_SITE = "technician_on_site", _("Technician on site")
    FAULT_FIXED = "fault_fixed", _("Fault dealt with")
    CLOSING_ASKED = "closing_asked", _("Closing question asked")
    CUSTOMER_LEFT = "customer_left", _("Customer left")
    FOLLOWED_UP = "followed_up", _("Follow-up sent")
    FOLLOW_UP_NOT_SENT = "follow_up_not_sent", _("Follow-up not sent")
    FOLLOW_UP_MAILED = "follow_up_mailed", _("Follow-up sent by e-mail")
    FOLLOW_UP_NOT_MAILED = "follow_up_not_mailed", _("Follow-up not sent by e-mail")
    EMAIL_NOTED = "email_noted", _("E-mail address noted")
    EMAIL_REMOVED = "email_removed", _("E-mail address removed")
    CONSENT_GIVEN = "consent_given", _("Customer agreed to be written to")
    CONSENT_WITHDRAWN = (
        "consent_withdrawn",
        _("Customer wants no more messages"),
    )
    PHRASE_ALLOWED = "phrase_allowed", _("Forbidden phrase allowed")
    PROMISED_ABOVE = "promised_above", _("Promised more than allowed")
    ABANDONED = "abandoned", _("Customer gave up waiting")
    MISSED = "missed", _("Call missed")
    MERGED = "merged", _("Merged")
    UNMERGED = "unmerged", _("Merge undone")
    LINKED = "linked", _("Linked")
    UNLINKED = "unlinked", _("Link removed")
    # Objections
    CONVERTED = "converted", _("Became an objection")
    OBJECTION_FILED = "objection_filed", _("Objection filed")
    OBJECTION_ANSWERED_AUTOMATICALLY = (
        "objection_answered_automatically",
        _("Receipt confirmed automatically"),
    )
    OBJECTION_ACKNOWLEDGED = "objection_acknowledged", _("Objection acknowledged")
    OBJECTION_CORRECTED = "objection_corrected", _("Handling form corrected")
    OBJECTION_NUMBER_TOLD = "objection_number_told", _("Number and estimate told")
    OBJECTION_RECORDED = "objection_recorded", _("Handling form recorded")
    OBJECTION_HANDED_OFF = "objection_handed_off", _("Handed off")
    HANDOFF_ACCEPTED = "handoff_accepted", _("Department accepted")
    HANDOFF_RETURNED = "handoff_returned", _("Department returned it")
    EVIDENCE_ADDED = "evidence_added", _("Evidence added")
    EVIDENCE_WAIVED = "evidence_waived", _("Evidence does not exist")
    EVIDENCE_ASKED = "evidence_asked", _("Customer asked for material")
    INVESTIGATION_WENT_ON = "investigation_went_on", _("Investigation goes on")
    INVESTIGATION_CONCLUDED = "investigation_concluded", _("Investigation concluded")
    TEST_ORDERED = "test_ordered", _("Laboratory test ordered")
    INVESTIGATION_EXTENDED = "investigation_extended", _("Investigation extended")
    PROPOSAL_MADE = "proposal_made", _("Proposal made")
    PROPOSAL_APPROVED = "proposal_approved", _("Proposal approved")
    PROPOSAL_SENT_BACK = "proposal_sent_back", _("Proposal sent back")
    PROPOSAL_SENT = "proposal_sent", _("Proposal sent to the customer")
    PROPOSAL_REMINDED = "proposal_reminded", _("Customer reminded of the proposal")
    PROPOSAL_ACCEPTED = "proposal_accepted", _("Customer accepted the proposal")
    PROPOSAL_REJECTED = "proposal_rejected", _("Customer rejected the proposal")
    INVESTIGATED_AGAIN = "investigated_again", _("Investigated once more")
    OBJECTION_ESCALATED = "objection_escalated", _("Put to the next level")
    ACTION_DONE = "action_done", _("Action carried out")
    RESULT_TOLD = "result_told", _("Result told")
    RETURN_VISIT_TRIED = (
        "return_visit_tried",
        _("Return visit tried, nobody reached"),
    )
    RETURN_VISIT_DONE = "return_visit_done", _("Return visit done")
    CUSTOMER_RATED = "customer_rated", _("Customer gave marks")
    OBJECTION_CLOSED = "objection_closed", _("Objection closed")
    OBJECTION_REOPENED = "objection_reopened", _("Objection taken up again")
    OBJECTION_ARCHIVED = "objection_archived", _("Objection archived")
    APPEAL_MADE = "appeal_made", _("Customer asked for a review")
    APPEAL_DECIDED = "appeal_decided", _("Review decided")
    EXTERNAL_NOTED = "external_noted", _("Complaint outside noted")
    EXTERNAL_ANSWERED = "external_answered", _("Complaint outside answered")
    EXTERNAL_ENDED = "external_ended", _("Complaint outside ended")
    OBJECTION_URGED = "objection_urged", _("Customer asked for haste")
    PHONE_CONFIRMED = "phone_confirmed", _("Customer confirmed the phone")
    OBJECTION_WITHDRAWN = "objection_withdrawn", _("Objection withdrawn")
    # Supervision
    JOINED = "joined", _("Supervisor joined")
    PRIVATE_WORD = "private_word", _("Private word between colleagues")


class Event(models.Model):
    """One line of a ticket's history. Append-only: the database refuses the rest.

    `hash` covers the content and the hash of the line before, so that a change to any
    line shows.
    """

    # The unique constraint finds those of a ticket; nobody looks for those of a person.
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="events", db_index=False
    )
    sequence = models.PositiveIntegerField()
    verb = models.CharField(max_length=40, choices=Verb.choices)
    actor = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, db_index=False
    )
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("sequence",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("ticket", "sequence"), name="event_one_per_place"
            )
        ]
        indexes: ClassVar = [
            # Lines come in the order of time, so that a few pages hold an hour.
            BrinIndex(fields=("at",), name="event_of_a_time", pages_per_range=16),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}/{self.sequence} {self.verb}"
