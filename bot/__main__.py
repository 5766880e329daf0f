"""`python -m bot …`: every command. `python -m bot --help` lists them."""

from __future__ import annotations

import typer

from bot.commands import content, demo, desk, helplines, learn, learning, listed, prints, serving, sound, talk

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks print local values: people's words
    help="Bekal: the chat companion for safe migration.",
)
app.command()(serving.serve)
app.command()(serving.web)
app.command()(serving.worker)
app.command()(serving.migrate)
app.command()(content.check)
app.command()(content.chart)
app.command()(talk.chat)
app.command()(talk.simulate)
app.command()(talk.ask)
app.command()(desk.broadcast)
app.command()(demo.demo)
app.command()(prints.booklet)
app.command()(prints.pocket_card)
app.command()(learning.learning)
app.add_typer(desk.event_app, name="event")
app.add_typer(desk.questions_app, name="questions")
app.add_typer(desk.staff_app, name="staff")
app.add_typer(content.content_app, name="content")
app.add_typer(helplines.helplines_app, name="helplines")
app.add_typer(sound.sound_app, name="sound")
app.add_typer(listed.listed_app, name="listed")
app.add_typer(learn.learn_app, name="learn")

if __name__ == "__main__":
    app()
