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
    print "new", new + 0
    print "info_bytes", info_bytes + 0
    print "start_local", start["local"] + 0
    print "start_remote", start["remote"] + 0
    print "success", result["success:"] + 0
    print "failure", result["failure:"] + 0
    print "deferral", result["deferral:"] + 0
    print "bounce", bounce + 0
    print "double_bounce", double_bounce + 0
    print "triple_bounce", triple_bounce + 0
    print "end", end + 0
    print "warning", warning + 0
    print "alert", alert + 0
    print "max_local", max_local + 0
    print "max_remote", max_remote + 0
}
