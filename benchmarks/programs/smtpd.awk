# What the checks answer from a session log, merely counted: run with mawk or gawk.
$2 == "qmail-smtpd:" {
    condition[$5]++
    if (substr($6, 1, 8) == "P:ESMTPS") esmtps++
    next
}
$2 == "tcpserver:" || $2 == "sslserver:" {
    word[$3]++
    if ($3 == "status:" && $4 + 0 > max_connections) max_connections = $4 + 0
    next
}
$2 == "rblsmtpd:" { rbl[$6]++ }
END {
    for (name in condition) {
        print name, condition[name]
        if (name ~ /^Accept::/) accept += condition[name]
        else if (name ~ /^Reject::/) reject += condition[name]
        else if (name ~ /^Deferred::/) deferred += condition[name]
    }
    print "accept", accept + 0
    print "reject", reject + 0
    print "deferred", deferred + 0
    print "ok", word["ok"] + 0
    print "deny", word["deny"] + 0
    print "tls", word["tls"] + 0
    print "greetdelay", rbl["greetdelay:"] + 0
    print "rbl_451", rbl["451"] + 0
    print "rbl_553", rbl["553"] + 0
    print "esmtps", esmtps + 0
    print "max_connections", max_connections + 0
}
