"""The words of the house: scripts to say, phrases to avoid."""

from knowledge.models.phrase import Phrase
from knowledge.models.promise_limit import PromiseLimit
from knowledge.models.script import Script

__all__ = ["Phrase", "PromiseLimit", "Script"]
