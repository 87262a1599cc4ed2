"""What a customer fills in.

The rules stand in the verbs; a form only carries values there and the messages back,
each beside its field.
"""

from helpdesk.forms import QuestionForm


class AskForm(QuestionForm):
    """The customer's own question."""
