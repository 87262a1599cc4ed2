"""What a topic needs before it counts as answered, done by the product's own verbs."""

from datetime import datetime

from inquiries import services
from inquiries.models import Inquiry, Topic
from staff.models import User


def settle(inquiry: Inquiry, topic: str, *, by: User, at: datetime) -> None:
    """Do the deed of this topic: compare, quote, explain or tell; or nothing."""
    match Topic(topic):
        case Topic.DEVICE_SELECTION:
            selection = services.select_devices(
                inquiry,
                scene="indoor_fixed",
                scale="solo",
                needs=["portability"],
                by=by,
                at=at,
            )
            codes = [device.code for device in selection.devices[:2]]
            services.recommend(inquiry, selection=selection, codes=codes, by=by, at=at)
        case Topic.RENTAL_PRICE:
            services.quote(
                inquiry,
                items=[("CAM-06", 1)],
                days=3,
                delivery="same_city",
                by=by,
                at=at,
            )
        case Topic.CONTRACT_TERMS:
            services.explain_clauses(
                inquiry,
                clauses=["term", "damage", "early_return"],
                not_asked=[],
                examples=["term_week", "damage_lost", "early_own"],
                understood=True,
                by=by,
                at=at,
            )
        case Topic.DELIVERY_TIME | Topic.AFTER_SALES:
            services.tell_service_facts(inquiry, zone="same_city", by=by, at=at)
        case Topic.OPERATION_USE:
            pass
