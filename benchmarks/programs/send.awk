# What the checks answer from a qmail-send log, merely counted: run with mawk or gawk.
$2 == "status:" {
    if ($4 + 0 > max_local) max_local = $4 + 0
    if ($6 + 0 > max_remote) max_remote = $6 + 0
    next
}
$2 == "delivery" { result[$4]++; next }
$2 == "starting" { start[$8]++; next }
$2 == "new" { new++; next }
$2 == "info" { info_bytes += $6; next }
$2 == "end" { end++; next }
$2 == "bounce" { bounce++; next }
$2 == "double" { double_bounce++; next }
$2 == "triple" { triple_bounce++; next }
$2 == "warning:" { warning++; next }
$2 == "alert:" { alert++ }
END {
    show("new", new)
    show("info_bytes", info_bytes)
    show("start_local", start["local"])
    show("start_remote", start["remote"])
    show("success", result["success:"])
    show("failure", result["failure:"])
    show("deferral", result["deferral:"])
    show("bounce", bounce)
    show("double_bounce", double_bounce)
    show("triple_bounce", triple_bounce)
    show("end", end)
    show("warning", warning)
    show("alert", alert)
    show("max_local", max_local)
    show("max_remote", max_remote)
}

function show(name, number) { printf "%s %.0f\n", name, number }
