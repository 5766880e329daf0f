"""The words of the web page itself, in one place: Indonesian, short. What Bekal says comes with the messages."""

from __future__ import annotations

from typing import Final

# In the page's HTML.
PAGE: Final = {
    "skip": "Langsung ke kotak tulis",
    "tagline": "Gratis · bukan layanan darurat",
    "out": "TUTUP",
    "out_title": "tutup cepat, layar jadi kalender",
    "conversation": "Percakapan",
    "label": "Tulis pesan atau nomor pilihan",
    "send": "Kirim",
    "new_message": "Pesan baru",
    "sos": "Nyawa terancam? Telepon:",
    "no_script": "Halaman ini memerlukan JavaScript, yang sedang mati di HP ini. Nyalakan di pengaturan browser, "
    "atau pakai browser lain.",
    "other_ways": "Bekal juga bisa dipakai di:",
}

# For the page's script.
SCRIPT: Final = {
    "hello": "Selamat datang",
    "intro": "Bekal menjawab pertanyaan tentang bekerja di luar negeri dengan aman. Tekan Mulai, atau tulis pertanyaan.",
    "start": "Mulai",
    "start_text": "Halo",
    "sos": PAGE["sos"],
    "me": "Anda",
    "bot": "Bekal",
    "choices": "Pilihan",
    "ways": "Jalan lain",
    "call": "Telepon",
    "waiting": "sedang dikirim",
    "sent": "terkirim",
    "bad": "tidak terkirim",
    "offline": "Belum tersambung. Pesan Anda disimpan di sini dan dikirim begitu ada sinyal.",
    "cookies": "Pesan belum bisa dikirim. Izinkan cookie untuk halaman ini, lalu muat ulang.",
    "sound": "Suara",
    "picture": "Lihat gambar",
    "document": "Simpan berkas",
    "download": "Unduh",
    "document_gone": "Berkas tidak disimpan di halaman ini. Tulis DATA SAYA untuk memintanya lagi.",
    "picture_failed": "Gambar belum bisa dimuat. Tekan lagi.",
    "today": "Hari ini",
    "yesterday": "Kemarin",
    "days": ["Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"],
    "months": [
        "Januari", "Februari", "Maret", "April", "Mei", "Juni",
        "Juli", "Agustus", "September", "Oktober", "November", "Desember",
    ],
    "calendar": "Kalender",
    "back": "Kembali",
}  # fmt: skip

# Answers of the server, as sentences to show.
TOO_FAST: Final = "Pesan Anda banyak sekali. Tunggu sebentar, pesan dikirim lagi sendiri."
NOT_UNDERSTOOD: Final = "Pesan ini tidak bisa dibaca. Coba tulis lagi."
WRONG_ORIGIN: Final = "Pesan ini tidak datang dari halaman Bekal. Buka lagi halaman chat."
NO_VISITOR: Final = "Buka dulu halaman chat, lalu kirim lagi."
TOO_LARGE: Final = "Pesan ini terlalu besar. Tulis lebih pendek."
AWAY: Final = "Bekal sedang ada gangguan. Coba lagi sebentar."
NOT_FOUND: Final = "Halaman ini tidak ada."
BROKEN: Final = "Ada kesalahan di pihak kami. Coba lagi sebentar."
FILE_GONE: Final = "Tautan ini sudah habis atau tidak benar. Minta lagi berkasnya di chat Bekal."
NO_FILE: Final = "Berkas ini tidak ada lagi."
TOO_MANY_CODES: Final = "Terlalu banyak kode dicoba. Tunggu sebentar, lalu coba lagi."

# The page that says whether a certificate is genuine.
VERIFY: Final = {
    "title": "Sertifikat Bekal",
    "genuine": "Asli",
    "genuine_about": "Sertifikat ini dibuat oleh Bekal.",
    "not": "Tidak dikenal",
    "not_about": "Kode ini tidak ada di Bekal. Mungkin salah ketik, sudah dihapus oleh pemiliknya, atau palsu. "
    "Jangan percaya sertifikat dengan kode ini.",
    "code": "Kode",
    "name": "Nama",
    "no_name": "Peserta Bekal (tanpa nama)",
    "issued": "Tanggal",
    "plainly": "Gratis. Tidak bisa dipakai untuk berangkat. Yang menjual ini menipu.",
    "instead": "Tidak menggantikan OPP, orientasi resmi sebelum berangkat.",
    "origin": "Disusun dari topik orientasi resmi. Bukan modul resmi IOM.",
}
TO_CHAT: Final = "Buka chat Bekal"
