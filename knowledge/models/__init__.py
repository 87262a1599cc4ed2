"""The words of the house: scripts to say, phrases to avoid."""

from knowledge.models.phrase import Phrase
from knowledge.models.script import Script, ScriptQuerySet

__all__ = ["Phrase", "Script", "ScriptQuerySet"]
