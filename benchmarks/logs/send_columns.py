"""The columns that the true counts of a send log have, minute by minute."""

COLUMNS = (
    "new", "info", "info_bytes", "start_local", "start_remote", "success_local", "success_remote",
    "failure_local", "failure_remote", "deferral_local", "deferral_remote", "bounce", "double_bounce",
    "triple_bounce", "end", "status", "exitasap", "exiting", "todo_stop", "warning", "alert", "foreign",
    "expired", "tls", "max_local", "max_remote",
)  # fmt: skip
NEW, INFO, INFO_BYTES, START, _, RESULT = range(6)
BOUNCE, DOUBLE, TRIPLE, END, STATUS, EXITASAP, EXITING, TODO_STOP = range(11, 19)
WARNING, ALERT, FOREIGN, EXPIRED, TLS, MAX = range(19, 25)
