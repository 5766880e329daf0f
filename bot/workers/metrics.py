"""What is counted for /metrics. Labels are channels, lanes and outcomes; never a person.

All of this process, but for the sends that may have arrived twice: that total is kept in the database, over restarts,
and shown here as it stands there.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
LANES = ("danger", "reply", "push")

turns = Counter("bekal_turns_total", "Messages played", ["channel"])
turn_failures = Counter("bekal_turn_failures_total", "Turns that failed and were rolled back")
replays = Counter("bekal_turn_replays_total", "Batches played again after a deadlock or a serialization failure")
parked = Counter("bekal_parked_total", "Messages given up after three tries")
until_done = Histogram("bekal_received_to_done_seconds", "From the webhook to the end of the turn", buckets=_SECONDS)

sends = Counter("bekal_sends_total", "Rows of the outbox that a sender has dealt with", ["channel", "lane", "outcome"])
until_sent = Histogram(
    "bekal_received_to_sent_seconds",
    "From the person's last message to when the provider took the reply",
    ["channel", "lane"],
    buckets=_SECONDS,
)
doubles = Gauge("bekal_doubles_possible_total", "Sends made again although they may have arrived, ever")
in_flight = Gauge("bekal_sends_in_flight", "Sends in flight", ["channel"])
leading = Gauge("bekal_sender_leading", "1 while this process holds the sender's lease", ["channel"])
halted = Gauge("bekal_sender_halted", "1 after an error that stops the line, until somebody resumes it", ["channel"])
alerts = Counter("bekal_alerts_total", "Alerts to staff", ["outcome"])
voices = Counter("bekal_voices_total", "Voice notes handed over, as they were fetched", ["channel", "outcome"])
loop_faults = Counter("bekal_loop_faults_total", "Faults that a loop survived", ["loop"])
