"""`python -m bot serve` for somebody who types faster than any person: without the limit of messages a minute."""

from bot.commands.serving import run
from bot.web.deps import Limits

if __name__ == "__main__":
    run(web=True, work=True, limits=Limits(messages=10_000))
