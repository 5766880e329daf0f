"""A small conversation with everything that a page must be able to show, for the browser tests."""

from __future__ import annotations

from bot.conversation.types import Message
from tests.web.house import NAV, Body

WELCOME = (
    "Assalamualaikum. Saya *Bekal*, mesin chat untuk calon PMI dan keluarga di NTB. Gratis. Ini contoh, bukan layanan "
    "resmi.\n\nBekal tidak menawarkan pekerjaan, tidak pernah meminta uang, foto KTP atau paspor, atau kode OTP. Yang "
    "meminta atas nama Bekal: penipu.\n\nPilih bahasa:\n1 Bahasa Indonesia\n2 Sasak"
)
MENU = ("Belajar", "Tanya", "Acara", "Nomor bantuan", "Saya dalam bahaya", "Pengaturan")
KEYS = ("lessons", "questions", "events", "numbers", "danger", "settings")
HELP_CARD = (
    "*Hubungi sekarang.* Nyawa terancam: 999 (polisi). Tidak punya dokumen dan nyawa tidak terancam: hubungi KBRI/KJRI "
    "dulu.\n\n*Di Malaysia:*\n999 Darurat Malaysia\n+60 3-2116 4016 KBRI Kuala Lumpur\n15999 Talian Kasih (belum dites)"
    "\n\n*Di Indonesia:*\n110 Polisi\n112 Darurat\n+62 811-8080-141 KP2MI (WA)\n\nKalau satu nomor gagal, coba nomor "
    "berikutnya."
)
LESSON = (
    "*Biaya berangkat*\n\nMenurut aturan, calon PMI *tidak boleh* dibebani biaya penempatan untuk jabatan tertentu. "
    "Minta rincian biaya tertulis sebelum membayar apa pun. Simpan kuitansi.\n\nMenurut aturan yang kami ketahui; tanyakan "
    "lagi ke Disnaker kabupaten/kota Anda."
)
SASAK = "Pilih menu.\n\n*Sasak:* Piliq menu saq side mele. Tiang bantu side."


def choices(*labels: str, keys: tuple[str, ...] = ()) -> list[dict[str, str]]:
    return [{"key": keys[number] if keys else label.lower(), "label": label} for number, label in enumerate(labels)]


def talk(message: Message, step: int) -> list[Body]:
    word = (message.choice or message.text).strip().lower()
    here = {"step": step, "nav": NAV}
    menu: Body = {
        "text": "Anda perlu apa? Pilih, atau tulis pertanyaan.",
        "state": "menu",
        "choices": choices(*MENU, keys=KEYS),
    }
    match word:
        case "halo":
            languages = choices("Bahasa Indonesia", "Sasak", keys=("id", "sas"))
            return [{"text": WELCOME, "state": "welcome", "step": step, "choices": languages, "nav": NAV[2:]}]
        case "danger" | "tolong":
            after = choices("Saya di Malaysia", "Saya di Indonesia", "Saya aman, kembali", keys=("my", "id", "safe"))
            second = (
                "Telepon sekarang. Lalu, kalau bisa:\n\nBekal bukan layanan darurat. Tidak ada yang membaca chat ini."
            )
            return [
                {"text": HELP_CARD, "state": "help-card", "step": step, "lane": 0},
                here | {"text": second, "state": "help-card", "lane": 0, "choices": after},
            ]
        case "lessons":
            more = choices("Lanjut", "Dengar (60 kB)", "Gambar (1 kB)", keys=("next", "sound", "picture"))
            return [here | {"text": LESSON, "state": "card", "choices": more}]
        case "next":
            quiz = choices("A", "B", "C", "D")
            text = "*Pertanyaan 1 dari 5*\n\nSiapa menyimpan paspor Anda?\n\nA. Majikan\nB. Saya\nC. Agen\nD. Teman"
            return [here | {"text": text, "state": "quiz", "choices": quiz}]
        case "sound":
            return [
                here
                | {
                    "text": "Dua surat, satu cerita.",
                    "state": "card",
                    "sound": "two-papers",
                    "choices": choices("Lanjut", keys=("next",)),
                }
            ]
        case "picture":
            return [
                here
                | {
                    "text": "Dua orang di meja.",
                    "state": "card",
                    "picture": "ticket",
                    "choices": choices("Lanjut", keys=("next",)),
                }
            ]
        case "sasak":
            return [here | menu | {"text": SASAK}]
        case "data":
            document = {"name": "catatan.txt", "mime": "text/plain", "text": "Bahasa: Indonesia\n"}
            return [
                here
                | {
                    "text": "Ini yang disimpan.",
                    "state": "data",
                    "document": document,
                    "choices": choices("Hapus saya", keys=("erase",)),
                }
            ]
        case "pin":
            return [{"text": "PIN empat angka?", "state": "pin", "step": step}]
        case "erase":
            ask = choices("Tidak, simpan", "Ya, hapus semua", keys=("keep", "erase-all"))
            return [here | {"text": "Hapus semua?", "state": "erase", "choices": ask}]
        case "erase-all":
            return [here | {"text": "Semua tentang Anda dihapus.", "state": "welcome", "clear": True}]
        case "tutup":
            return [{"text": "Baik. Selamat beraktivitas.", "state": "closed", "step": step}]
        case "html":
            return [
                here
                | {
                    "text": "<img src=x onerror=alert(1)> *<b>tebal</b>*",
                    "state": "menu",
                    "choices": choices("<i>a</i>"),
                }
            ]
    return [here | menu]
