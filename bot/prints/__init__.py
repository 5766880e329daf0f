"""Files that are drawn: the pocket card, the first days, the phone book, certificates, the booklet."""

from bot.prints.certificate import CertificateData as CertificateData
from bot.prints.pocket import NoPocket as NoPocket
from bot.prints.printer import Printer as Printer
from bot.prints.sheet import TooBig as TooBig
