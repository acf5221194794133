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
        show(name, condition[name])
        if (name ~ /^Accept::/) accept += condition[name]
        else if (name ~ /^Reject::/) reject += condition[name]
        else if (name ~ /^Deferred::/) deferred += condition[name]
    }
    show("accept", accept)
    show("reject", reject)
    show("deferred", deferred)
    show("ok", word["ok"])
    show("deny", word["deny"])
    show("tls", word["tls"])
    show("greetdelay", rbl["greetdelay:"])
    show("rbl_451", rbl["451"])
    show("rbl_553", rbl["553"])
    show("esmtps", esmtps)
    show("max_connections", max_connections)
}

function show(name, number) { printf "%s %.0f\n", name, number }
