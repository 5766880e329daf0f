"""Words that mean the same everywhere, in Indonesian, Sasak and as people type them."""

from __future__ import annotations

from collections.abc import Callable

from rapidfuzz import fuzz

from bot.conversation.choosing import plain
from bot.conversation.menu import About, Help, Menu, Numbers, standing
from bot.conversation.places import saved
from bot.conversation.speech import arrive, with_contact
from bot.conversation.state import State, dump
from bot.conversation.types import Context, Message, ReportSasak, SetAnnouncements, Turn

_CLOSE = 84  # per cent of likeness
CLOSE = frozenset({"tutup", "tutuq", "tutup cepat", "keluar cepat"})
GREETINGS = frozenset(
    [
        "halo",
        "hallo",
        "hai",
        "hi",
        "helo",
        "hello",
        "assalamualaikum",
        "assalamu",
        "alaikum",
        "asalamualaikum",
        "ass",
        "salam",
        "pagi",
        "siang",
        "sore",
        "malam",
        "selamat",
        "pagi",
        "selamat",
        "siang",
        "selamat",
        "sore",
        "selamat",
        "malam",
        "tes",
        "test",
        "ping",
        "p",
        "permisi",
        "tabeq",
    ]
) | {"assalamu alaikum", "selamat pagi", "selamat siang", "selamat sore", "selamat malam", "selamat kelemaq"}

_WORDS: dict[str, str] = {
    "menu": "menu,menu utama,utama,awal,home,beranda",
    "back": "0,kembali,balik,back,tulak,mundur",
    "help": "bantuan,help,petunjuk,cara pakai",
    "language": "bahasa,basa,base,language,ganti bahasa,ubah bahasa",
    "indonesian": "bahasa indonesia,indonesia,id",
    "sasak": "bahasa sasak,basa sasak,base sasak,sasak,sas",
    "stop": "stop,berhenti,engkah,unsubscribe,stop pengumuman,berhenti pengumuman",
    "stop-all": "stop semua,berhenti semua",
    "start": "start,mulai,mulai lagi",
    "data": "data saya,data tiang,data,my data",
    "person": "petugas,bicara dengan petugas,tanya petugas,orang,operator,admin,cs",
    "answers": "jawaban,jawaban petugas",
    "about": "asli,ini asli,penipuan ya,ini penipuan,ini resmi,resmi,resmi gak,ini resmi ya,siapa kamu,siapa ini",
    "people": "ganti orang,orang lain pakai",
    "numbers": "nomor,nomer,nomor bantuan,nomor darurat,nomor telepon",
    "wrong-sasak": "bukan begitu bahasanya,bukan begitu,salah bahasa",
    "lessons": "belajar,berajah",
    "next-lesson": "pelajaran,pelajaran berikut",
    "every": "pelajaran harian,pelajaran tiap hari,pelajaran mingguan,kirim pelajaran",
    "every-off": "stop pelajaran,berhenti pelajaran,engkah pelajaran",
    "progress": "kemajuan,kemajuan saya,progres,progres saya",
    "certificate": "sertifikat,sertifikat saya",
    "pack": "bekal saya,bekal perjalanan,bekel tiang",
    "recover": "pulih,pulihkan,nomor baru,ganti nomor",
    "check": "cek,enam soal",
    "papers": "surat,surat saya",
    "source": "sumber,sumbernya",
    "modules": "modul,daftar modul,daftar pelajaran,modul lain,materi",
    "quiz": "kuis,ulang kuis",
    "events": "acara,kegiatan",
    "mine": "pendaftaran saya,tiket,tiket saya",
    "questions": "tanya,pertanyaan",
    "tools": "alat,alat bantu,alat bantuan,alat lain,alat bantu lain,tools",
}
WORDS = {word: key for key, words in _WORDS.items() for word in words.split(",")}
# Taken seriously even as the very first message, before a language is chosen.
EARLY = frozenset(word for word, key in WORDS.items() if key in ("about", "numbers", "stop", "stop-all", "recover"))
# In a form («nama Anda?») only these are commands; everything else is the answer.
_IN_FORMS = frozenset({"menu", "back", "help", "language", "stop", "stop-all", "data", "about", "people"})


def menu_state() -> State:
    return Menu()


def answer(state: State, message: Message, c: Context) -> Turn | None:
    """The turn of a global word, or None. A state's own choice of the same name goes first, but for the ways out."""
    if message.campaign is not None:
        return arrive(state, c, lead=c.catalogue.say("Hello! You are here:"))
    bare = plain(message.text)
    key = WORDS.get(bare)
    if key is None:
        return None
    if state.TAKES_WORDS and key not in _IN_FORMS:
        return None
    if bare == "0" and state.claims(bare, c):
        return None
    # «daftar», «indonesia», «belajar» may be this state's own choices; menu, back and help never are.
    if key not in ("menu", "back", "help", "stop", "stop-all", "about") and not _awaited(key, c):
        own = {plain(word) for choice in state.choices(c) for word in (choice.label, *choice.also)}
        if bare in own or state.claims(bare, c):
            return None
    return by_key(key, state, c)


def _awaited(key: str, c: Context) -> bool:
    """The words that a reminder asks for mean the reminder's thing, whatever stands on the screen meanwhile."""
    kind = {"next-lesson": "lesson", "pack": "departure", "check": "check", "papers": "papers"}.get(key)
    return kind is not None and kind in c.contact.reminders


def nearly(state: State, message: Message, c: Context) -> Turn | None:
    """A global word with a slip of the finger («menuu», «bantuaan»), when nothing else fitted."""
    bare = plain(message.text)
    if state.TAKES_WORDS or not 4 <= len(bare) <= 12:
        return None
    near = [
        (fuzz.ratio(bare, word), key)
        for word, key in WORDS.items()
        if abs(len(word) - len(bare)) <= 2 and len(word) > 3
    ]
    best = max(near, default=(0.0, ""))
    return by_key(best[1], state, c) if best[0] >= _CLOSE else None


def by_key(key: str, state: State, c: Context) -> Turn | None:
    """The turn of a global key (a word, or one of the navigation buttons)."""
    act = _ACTS.get(key)
    return act(state, c) if act else None


def _language(state: State, c: Context) -> Turn:
    from bot.conversation.welcome import LanguageAsk

    return arrive(LanguageAsk(saved(state)), c)


def _indonesian(state: State, c: Context) -> Turn:
    from bot.conversation.welcome import change_language

    return change_language("id", dump(state), c)


def _sasak(state: State, c: Context) -> Turn:
    from bot.conversation.welcome import change_language

    return change_language("sas", dump(state), c)


def _stop(everywhere: bool) -> Callable[[State, Context], Turn]:
    def act(state: State, c: Context) -> Turn:
        from bot.conversation.reminders import all_off
        from bot.conversation.settings import set_news

        without = with_contact(c, reminders=frozenset(), lesson_every=None)
        turn = set_news(False, state, without, reminders=bool(c.contact.reminders))
        return Turn(turn.state, turn.replies, (SetAnnouncements(False, everywhere), *all_off(c)))

    return act


def _start(state: State, c: Context) -> Turn:
    """MULAI: news again where they were stopped; otherwise simply the menu."""
    from bot.conversation.settings import set_news

    return arrive(Menu(), c) if c.contact.announcements else set_news(True, state, c)


def _data(state: State, c: Context) -> Turn:
    from bot.conversation.settings import MyData

    return arrive(MyData(), c)


def _person(state: State, c: Context) -> Turn:
    from bot.conversation.handover import ask_person

    return arrive(ask_person(c, standing(state)), c)


def _answers(state: State, c: Context) -> Turn:
    from bot.conversation.settings import StaffAnswers

    return arrive(StaffAnswers(), c)


def _people(state: State, c: Context) -> Turn:
    from bot.conversation.people import People

    return arrive(People(), c)


def _wrong_sasak(state: State, c: Context) -> Turn:
    keys = ",".join(f"{k}={v}" for k, v in dump(state)["data"].items() if k in ("module", "lesson", "card", "topic"))
    lead = c.catalogue.say("Thank you. A speaker of Sasak will look at this text.")
    return arrive(state, c, ReportSasak(f"{state.NAME}:{keys}"[:120]), lead=lead)


def _lessons(state: State, c: Context) -> Turn:
    from bot.conversation.lessons import enter_lessons

    return arrive(enter_lessons(c), c)


def _modules(state: State, c: Context) -> Turn:
    from bot.conversation.lessons import ModuleList

    return arrive(ModuleList(), c)


def _quiz(state: State, c: Context) -> Turn:
    """The quiz of the module one is in, else the list of modules."""
    from bot.conversation.lessons import ModuleList, start_quiz

    module = c.library.module(getattr(state, "module", ""))
    return arrive(start_quiz(module, c) if module else ModuleList(), c)


def _events(state: State, c: Context) -> Turn:
    from bot.conversation.events import EventList

    return arrive(EventList(), c)


def _mine(state: State, c: Context) -> Turn:
    from bot.conversation.registrations import MyRegistrations

    return arrive(MyRegistrations(), c)


def _questions(state: State, c: Context) -> Turn:
    from bot.conversation.questions import AskQuestion

    return arrive(AskQuestion(), c)


def _tools(state: State, c: Context) -> Turn | None:
    from bot.conversation.tools.menu import ToolsMenu

    return arrive(ToolsMenu(), c) if ToolsMenu().valid(c) else None


def _next_lesson(state: State, c: Context) -> Turn:
    """PELAJARAN: the next unfinished lesson."""
    from bot.conversation.lessons import ModuleList
    from bot.conversation.progress import next_lesson

    following = next_lesson(c)
    if following is None:
        return arrive(ModuleList(), c, lead=c.catalogue.say("You have done all lessons. Choose what to read again."))
    return arrive(following, c)


def _every(state: State, c: Context) -> Turn:
    from bot.conversation.reminders import LessonEvery

    return arrive(LessonEvery(standing(state)), c)


def _every_off(state: State, c: Context) -> Turn:
    from bot.conversation.reminders import forget

    return forget("lesson", dump(state), c)


def _progress(state: State, c: Context) -> Turn:
    from bot.conversation.progress import MyProgress

    return arrive(MyProgress(), c)


def _certificate(state: State, c: Context) -> Turn:
    from bot.conversation.certificate import to_certificate

    return arrive(to_certificate(c), c)


def _pack(state: State, c: Context) -> Turn:
    from bot.conversation.departure import DeparturePack

    return arrive(DeparturePack(standing(state)), c)


def _recover(state: State, c: Context) -> Turn:
    from bot.conversation.recovery import RecoveryEnter

    return arrive(RecoveryEnter(standing(state)), c)


def _check(state: State, c: Context) -> Turn:
    """CEK: the six questions, when a round of them is due."""
    from bot.conversation.progress import MyProgress
    from bot.conversation.six_questions import moment, to_check

    if moment(c) is None:
        return arrive(MyProgress(), c, lead=c.catalogue.say("The six questions come again after the last lesson."))
    return arrive(to_check(Menu(), c), c)


def _papers(state: State, c: Context) -> Turn | None:
    """SURAT: the list of papers, where there is one."""
    from bot.conversation.tools.menu import open_tool, tool_for

    return arrive(open_tool("papers", "", c), c) if tool_for("papers", c) else None


def _source(state: State, c: Context) -> Turn:
    from bot.conversation.sources import to_source

    return to_source(state, c)


_ACTS: dict[str, Callable[[State, Context], Turn | None]] = {
    "menu": lambda state, c: arrive(Menu(), c),
    "back": lambda state, c: arrive(state.back(c), c),
    "help": lambda state, c: arrive(Help(standing(state)), c),
    "language": _language,
    "indonesian": _indonesian,
    "sasak": _sasak,
    "stop": _stop(False),
    "stop-all": _stop(True),
    "start": _start,
    "data": _data,
    "person": _person,
    "answers": _answers,
    "about": lambda state, c: arrive(About(standing(state)), c),
    "people": _people,
    "numbers": lambda state, c: arrive(Numbers(place=standing(state)), c),
    "wrong-sasak": _wrong_sasak,
    "lessons": _lessons,
    "next-lesson": _next_lesson,
    "every": _every,
    "every-off": _every_off,
    "progress": _progress,
    "certificate": _certificate,
    "pack": _pack,
    "recover": _recover,
    "check": _check,
    "papers": _papers,
    "source": _source,
    "modules": _modules,
    "quiz": _quiz,
    "events": _events,
    "mine": _mine,
    "questions": _questions,
    "tools": _tools,
}
