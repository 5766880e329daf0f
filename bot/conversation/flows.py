"""The one list of states. A state that is not here does not exist."""

from __future__ import annotations

from bot.conversation.answers import Answer, NotHelped, Source
from bot.conversation.certificate import CertificateCheck, CertificateName, CertificateVerified, MyCertificate
from bot.conversation.danger import AlertSafe, AlertWaits, FamilyCard, HelpCard
from bot.conversation.departure import DepartureConfirm, DepartureDate, DeparturePack, PackFamily, PhoneBook
from bot.conversation.events import (
    EventDetail,
    EventList,
    RegisterConfirm,
    Registered,
    RegisterName,
    RegisterVillage,
)
from bot.conversation.handover import HandedOverDone, HandoverOffer, HandoverSafe, HandoverWrite, Offices, VoiceNote
from bot.conversation.lessons import LessonCard, LessonList, ModuleList, ModulePage
from bot.conversation.menu import About, Closed, Help, Menu, More, Numbers
from bot.conversation.numbers import NumberDetail
from bot.conversation.people import People, PersonName, PersonNewPin, PersonPin, PinAsk
from bot.conversation.progress import MyProgress
from bot.conversation.questions import AskQuestion, Groups, Maybe, Topics
from bot.conversation.quiz import ModuleDone, QuizAsk, QuizExplain
from bot.conversation.recovery import RecoveryEnter, RecoveryMake, RecoveryPin
from bot.conversation.registrations import CancelAsk, MyRegistrations, RegistrationDetail
from bot.conversation.reminders import LessonEvery, RemindOn
from bot.conversation.settings import (
    DataDetails,
    EraseAsk,
    ExportNow,
    MyData,
    NewsOn,
    Settings,
    StaffAnswers,
)
from bot.conversation.six_questions import CheckAsk, CheckDone, CheckOffer, CheckWhy
from bot.conversation.sources import SourceHere
from bot.conversation.state import Registry, State
from bot.conversation.stories import FamilyDone, ForFamily, StoryAsk, StoryTold
from bot.conversation.tools.contract import ContractAsk, ContractGap, ContractResult, ContractWhole
from bot.conversation.tools.fees import FeeAnswer, FeeAsked, FeeList, FeeMaybe, FeeSource, FeeUnknown
from bot.conversation.tools.listed import ListedAsk, ListedShow
from bot.conversation.tools.menu import ToolsMenu
from bot.conversation.tools.money import MoneyAsk, MoneyResult, MoneyStart
from bot.conversation.tools.offer import OfferAsk, OfferVerdict, OfferWhy
from bot.conversation.tools.papers import PaperDue, PaperList, PaperPage, PapersHome
from bot.conversation.tools.words import WordGroups, WordPage
from bot.conversation.welcome import AdultAsk, ChildInfo, ConsentAsk, KabupatenAsk, LanguageAsk, RoleAsk, Welcome
from bot.conversation.worry import WorryCard

FLOWS: dict[str, tuple[type[State], ...]] = {
    "welcome": (Welcome, LanguageAsk, AdultAsk, ChildInfo, ConsentAsk, RoleAsk, KabupatenAsk),
    "menu": (Menu, More, Help, About, Numbers, NumberDetail, Closed),
    "lessons": (
        ModuleList,
        ModulePage,
        LessonList,
        LessonCard,
        StoryAsk,
        StoryTold,
        QuizAsk,
        QuizExplain,
        ModuleDone,
        ForFamily,
        FamilyDone,
    ),
    "questions": (AskQuestion, Groups, Topics, Answer, Source, Maybe, NotHelped),
    "tools": (
        ToolsMenu,
        FeeList,
        FeeAnswer,
        FeeAsked,
        FeeSource,
        FeeMaybe,
        FeeUnknown,
        OfferAsk,
        OfferVerdict,
        OfferWhy,
        ContractAsk,
        ContractResult,
        ContractWhole,
        ContractGap,
        ListedAsk,
        ListedShow,
        WordGroups,
        WordPage,
        MoneyStart,
        MoneyAsk,
        MoneyResult,
        PapersHome,
        PaperList,
        PaperPage,
        PaperDue,
    ),
    "finishing": (
        MyProgress,
        CertificateName,
        CertificateCheck,
        MyCertificate,
        CertificateVerified,
        CheckOffer,
        CheckAsk,
        CheckWhy,
        CheckDone,
        RemindOn,
        LessonEvery,
        SourceHere,
    ),
    "departure": (
        DeparturePack,
        DepartureDate,
        DepartureConfirm,
        PhoneBook,
        PackFamily,
        RecoveryMake,
        RecoveryEnter,
        RecoveryPin,
    ),
    "events": (
        EventList,
        EventDetail,
        RegisterName,
        RegisterVillage,
        RegisterConfirm,
        Registered,
        MyRegistrations,
        RegistrationDetail,
        CancelAsk,
    ),
    "danger": (HelpCard, FamilyCard, AlertSafe, AlertWaits, WorryCard),
    "handover": (HandoverOffer, HandoverWrite, HandoverSafe, HandedOverDone, Offices, VoiceNote),
    "settings": (
        Settings,
        NewsOn,
        MyData,
        DataDetails,
        ExportNow,
        EraseAsk,
        People,
        PersonName,
        PersonNewPin,
        PersonPin,
        PinAsk,
        StaffAnswers,
    ),
}

REGISTRY = Registry(tuple(state for flow in FLOWS.values() for state in flow))
# A bookmark is set on leaving one of these.
LESSONS = FLOWS["lessons"]
# A question asked in one of these comes after a question, not amid a lesson or a form.
ASKING = FLOWS["questions"]
