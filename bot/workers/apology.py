"""What a person reads when a message could not be handled: sorry, and the numbers that help without us.

Both languages at once: the fault may lie in what is known of the person, so nothing of that is looked at.
"""

from __future__ import annotations

from bot.conversation.danger import country_part
from bot.conversation.speech import critical, in_language, lines, text
from bot.conversation.types import Context, Reply


def apology(c: Context) -> Reply:
    """One reply in the danger lane, since nobody knows what the message said. Whatever `c` knows of the person is
    passed over; the setting for Sasak drafts holds."""
    both = in_language(c, "sas")
    say = both.catalogue.say
    words = lines(
        say("Sorry, something went wrong here and your last message was not handled. Please write it again."),
        say("In danger do not wait for Bekal, call:"),
        country_part("my", "now", both),
        country_part("id", "now", both, limit=2),
    )
    return Reply(text(critical(words), both), lane="danger")
