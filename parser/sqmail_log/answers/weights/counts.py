"""In how many labelled answers of each cause each word stood.

docs/build.py counts them in tests/data/answers.
"""

from __future__ import annotations

ANSWERS = (
    646,  # our address is on a block list
    116,  # our address has a bad reputation
    203,  # our address has no reverse DNS
    113,  # our HELO name rejected
    223,  # SPF, DKIM or DMARC failed
    395,  # our sender address rejected
    147,  # relaying denied by remote host
    73,  # authentication required by remote host
    55,  # authentication at remote host failed
    33,  # TLS required by remote host
    22,  # TLS with remote host failed
    351,  # throttled by remote host
    91,  # greylisted
    357,  # message rejected as spam
    70,  # message rejected as infected
    89,  # message too large
    158,  # message format refused
    190,  # refused by policy of remote host
    714,  # recipient unknown at remote host
    253,  # mailbox disabled
    259,  # mailbox full
    30,  # recipient moved
    33,  # recipient's domain does not accept mail
    63,  # domain not found in DNS
    404,  # trouble at remote host
    49,  # mail loop
    3,  # refused at the greeting
    4,  # sender refused by remote host
    17,  # recipient refused by remote host
    1,  # DATA refused by remote host
    16,  # message refused by remote host
)
"""How many answers each cause of `whose.REMOTE` has."""

STOOD = (
    "abc:1 4 5 16 18|able:2*2 11 20 23|aborted:8 11 18*2 20*5 24*2 30*2|about:1*4 4*3 6*3|above:0 1 11 13 20|abus:0*2|abuse:0*19 19*5|abused:0*2|abusive:0*5"
    "|accept:0*27 1*4 2*8 4*16 5*18 6*4 8*2 12*2 13*9 15*7 16*10 17*24 18*11 19*10 22*17 24*7|access:0*35 1*8 2*4 3*4 4*10 5*11 6*15 11*5 17*4 18*16|account:5*16 6*2 8*3 13*2 18*43 19*114 20*21 23*2 24*3"
    "|achieved:11*2 15*2|acl:0*2|action:0*2 4*2 5*4 11*3 12*5 17*3 18*13 20*6 30*3|active:11*3 12*4 18*3 19*10|activity:0*3 5 11 19*2|add:0 2*2 5|additional:11*4"
    "|address:0*104 1*15 2*29 3*15 4*21 5*129 6*7 7*6 11*19 12*10 16*10 17*12 18*201 19*26 20*11 21*11 22*7 23*5 24*12|administracyjnie:19*2|administrative:5*2 15*2 17*6|administratively:19*3"
    "|administrator:0*8 4*5 6*2 17*8 19*6|adresat:18*3|advertising:13*3|after:0*3 11*3 12*3 19 23|again:0*4 1*3 2*3 4*5 5*3 8*2 11*35 12*31 19*3 20*7 24*51 28*2|against:16 17|agent:0*4 1 15 24*2|agt:0*4 1"
    "|alias:18*9 24*2 25*2|align:4*3|alignment:4*3|all:0*4 1*3 2*4 4*14 9*2 18*5 20*2 24*4|allocation:20*5|allowed:0*19 3*4 4*12 5*23 6*30 7*2 11*11 13*5 15*7 16*8 17*18 18*4 20*9|already:11 25"
    "|also:0*4 2*2 11|alternate:1*4|amount:1 13*4 16*3|analysis:0 5 13|and:0*14 2*14 3*2 4*14 5*3 6*6 8*3 11*6 13*8 16*5 17*3 18*2 19*3 20*3|anmeldung:7 8|anonymous:7*3|another:5 6 15 24*4|answer:18 24*6"
    "|anti:0*4 12 13*4 17*4|antispam:0*2 13*8|antivirus:14*2 24*2|any:18 20*2 21 23|app:8 13|appears:0*4 13*4|application:8*2|approved:0 5 17|arc:4*2 16|archived:17*3 19|argument:3*9"
    "|as:0*18 1*4 2*5 3*2 5*10 6*4 11*2 13*50 17*2 18*6 19*2|ascii:16*3|ask:0*5 1*2 2*2 4 20|assistance:0*7 17|associated:2*2 5 13*2 18|at:0*50 1*2 4*2 5*3 7*3 8*3 11*7 13*2 18*19 19*5 21*2 24*11"
    "|at DATA:4 5 11 12 13 16*2 18*2 20 24*2 29|at HELO:3*71 8*26 10*10|at MAIL:0*52 1*19 2*16 3*11 4*49 5*241 6*2 7*42 8*26 9*20 10*7 11*60 15*18 16*4 24*19 27*4"
    "|at RCPT:0*314 1*27 2*81 3*28 4*51 5*115 6*140 7*31 8*3 9*11 10*2 11*168 12*83 13*9 15*4 17*70 18*690 19*235 20*223 21*30 22*31 23*63 24*176 25*7 28*17"
    "|at end of DATA:0*15 1*29 2*8 4*122 5*38 6*4 9*2 11*36 12*6 13*346 14*69 15*67 16*152 17*117 18*22 19*18 20*35 24*148 25*42 30*16|at greeting:0*265 1*41 2*97 3*3 10*2 11*86 17*2 22*2 24*59 26*3"
    "|attachment:13*2 14*7 15*5 17*29|attacks:0 1|atteinte:11*2 15|attempt:0 6 12 13|attempted:18 20|attempting:0*2 7*2|attempts:0*2 8*2 11|attrbl:0*2|au:18*3|aup:0*4 4 11*3|authenticate:4*12 7*8"
    "|authenticated:4*2 5*3 7*8 17*4|authentication:0*4 2*5 4*22 5*2 6*7 7*37 8*28 17*4|author:4*3|authorization:5 8 18|authorized:0*8 4*5 5*2 17*9 18*2|auto:0*3|automatically:13 20|aux:19*2 20*3"
    "|available:0*8 2*7 10*3 11*2 18*8 20*3 24*14|away:0*6 1 7 17|back:1 2 11*3 12*5 24*4 25*4|backend:24*5|bad:0*8 1*8 2*4 3*7 4*3 5*8 8*2 11*2 13*2 16*2 18*8 23*3|badmailfrom:5*2|badrcptto:18*2"
    "|badrecipientto:18*2|bare:3*3 16*8|barracuda:0*4 11 13*4 18|based:0*3 5*3 17*2|basic:2 8*2|bayes:13*2|because:0*25 1*4 4*19 5*2 9*2 11*4 13*8 14*4 17*10 19*2|before:2*2 7*6 9 13 25|behaviour:1*2"
    "|being:0 1*4 6 11*4 13*2 18 19*3 24*3 28|believe:0 1*4 4 5 13|belong:0*2 5 18|best:1*6 4*3 13*2|better:1 9|between:16 25*3|bf:13*2|big:15*6|bin:24*2|bit:16*2|bitte:11 12*3 24*2|bizsmtp:0*7 2 4 11*2"
    "|bl:0*5|black:0*28 5*6 13*5|blacklist:0*143 5*22 13*3|blank:16 18*2|blk:0*2|blocked:0*210 1*11 2*3 4*12 5*32 11*2 13*30 16*3 17*19 19*23 20*2|bob:5 18|body:4*2 13*9 15 16*7 20|bogofilter:13*2"
    "|bomb:11 13|book:18 21|both:4 16|bounce:0 1 5*6 11 16 17 19 20 25|bounced:17*3 19 28|boundary:16*3|broke:10 24|broken:0 4 10 16*3|bt:1 18|bulk:1 4*2 9*2 13*10|busy:11*6 24*16"
    "|but:0*3 2 4 5 6*3 13*2 16*3 18*3|by:0*100 1*4 4*13 5*25 6*4 12*4 13*53 14*6 15*3 16*2 17*25 18*19 19*12 21*3 24*4 30*4|bye:0 11 18|bypass:0*2|byte:15 16 20|bytes:15*6 16|call:0 24|callback:5*2"
    "|callout:5*4 18 24|can:0*4 4 5*2 11*6 17*2|cap:11*2|capital:13*2|case:13*3|cc:16*3|certain:17*2|certificate:10*6|cet:18*2|cette:18*2 19|chain:13 24|changed:21*3|channel:9 10 11*6 24*2"
    "|character:3 5 16*10 18*2|characteristics:1 13|check:0*2 4*24 5*7 6*2 13*2 17*6 18*5 23*2 24*5|checking:5*3 18*3|chkuser:5*5 11*2 17 18*3 20*3 23*2 24*2|cipher:9 10|clamd:14 24|clarify:0*2"
    "|clasificado:13*2|classified:0 13*5|client:0*82 2*25 3*3 5*3 6*4 7*9 11*11 12*5|closed:0*2 5 11 17*2 19*9 24*2|closing:0*2 1*2 11*9 24*6|cloudmark:0*3 1*2 13*2|cmsmtp:0*4 2*2 11"
    "|code:2 5 13*4 14*2 17 24|code 4:0*50 1*46 2*61 3*5 4*22 5*27 6*5 7*2 8*8 9*6 10*17 11*284 12*91 13*9 16*4 17*7 18*11 19*10 20*67 23*4 24*372 25*2 28*3|code 400:24 28|code 403:10*2|code 417:4*3"
    "|code 420:0 24*3 26|code 421:0*35 1*32 2*25 4*7 5*2 9*3 10*2 11*130 12*10 13*2 24*84|code 422:18 20*6 24|code 431:16 24|code 432:11*3 24|code 441:24*2"
    "|code 450:0*10 1*4 2*19 3*3 4*5 5*10 11*61 12*34 17*6 18*6 19*7 20*12 24*60 25*2 28*2|code 451:0*3 1*10 2*13 3*2 4*7 5*14 6*4 8*2 9*2 11*49 12*45 13*7 16*3 18*3 20*7 23*3 24*192"
    "|code 452:2*2 11*36 20*42 24*24|code 454:8*5 10*12 11*3 24*2|code 474:2*2"
    "|code 5:0*596 1*70 2*142 3*108 4*201 5*368 6*142 7*71 8*47 9*27 10*5 11*67 13*348 14*70 15*89 16*154 17*183 18*703 19*243 20*192 21*30 22*32 23*59 24*32 25*47 26*2 27*4 28*14 30*16"
    "|code 500:3 6 13*2 16*4 18 20 24 29|code 501:1*2 2*4 3*16 5*20 18*5|code 503:3 5 7*7 8 16 18*2 24|code 504:3*5 5 8*2 11 18 19|code 505:7 19|code 511:0 5 18*2 23*2|code 517:4 5*2"
    "|code 521:0*7 2*2 13 18 22*6 24|code 522:20*2|code 523:9*2 15*4|code 524:18 23|code 530:6*3 7*30 9*10|code 534:8*2|code 535:8*37|code 540:18 19*4|code 541:13 17|code 543:13 30"
    "|code 550:0*309 1*42 2*83 3*73 4*170 5*237 6*91 7*23 8*2 9*8 10*2 11*52 13*187 14*32 15*11 16*93 17*121 18*609 19*210 20*46 21*12 22*16 23*47 24*13 25*7 27*2 28*8 30*7"
    "|code 551:0*3 5*3 6*2 18*5 20*2 21*18|code 552:11*2 13*11 14*6 15*63 17*14 19*2 20*130 25*3|code 553:0*35 1*2 2*5 4*4 5*57 6*21 7*5 9*3 13*9 16*4 17*2 18*29 19*7 23*2 28*3"
    "|code 554:0*229 1*24 2*46 3*9 4*22 5*43 6*20 7*5 9*3 10*3 11*10 13*129 14*30 15*9 16*47 17*42 18*43 19*16 20*11 23*4 24*16 25*37 26*2 28*2 30*8|code 555:3 5 16*3|code 556:3 4 11 22*9 23*2"
    "|code 570:8 13 17|code 571:0*8 13*5 14*2 17*2|code 591:0*3|codes:18 19|codesip:2*2 17 19|comcast:0*2 2*3|come:1 7 11*2 12*7 13 24*5|command:0*2 3*13 9*3 11*2 18*2 24*6|comme:13*4|commercial:13*3"
    "|communigate:18 20 24|community:0*2 13*2|como:13*4|company:17*3 18*2|complaint:1*10|complete:5*3 23 24|compliant:3 4 16*10 17|con:0*2 11 18|concurrency:11*3|concurrent:11*14|config:24*2"
    "|configuration:4*2 10 11*3 24*3|configured:0*2 6*6 11*2 15 17*2 18 23|confirm:0 2 16|conform:5 16*3|connect:0*4 11 12 18*2 24*7|connecting:0*6 2 24*2|connection:0*48 1*11 2*6 9*6 10*2 11*89 24*22"
    "|connector:15 17|considerada:13*2|considere:13*4|considered:13*11|contact:0*34 1*5 2*3 4*4 5*2 11*6 12*2 13*4 17*4 19*3 24*3|contain:3*2 5 13 16*3 17 18*2|contained:13*2 14 17|containing:0 17"
    "|contains:2*4 3*2 13*14 14*10 16*12 17*7|content:13*53 14*4 15*2 16*7 17*10 24*5|contract:19*3|control:11*4|correct:0*2 18|correspondent:18 19|corresponding:2*3|corrupt:16*2 24"
    "|could:2*4 5*9 10*2 16*4 18*4 24*10|count:11*4 15 20*2 25*10|country:0*6 2|counts:25*2|courier:16 18|cr:16*5|create:20*2 24*2|created:13 18|credential:6*2 7 8*6|cs:0 13|csi:0 1|cuda:17 18*5|cuota:20*2"
    "|currently:0*12 6*2 19*6 24*5|customer:0 2 5 6 11*2 18*5 19*4|customers:5 17 20|czytaj:18*2|daemon:24*3|daily:11*13|dal:11 18|dangerous:14 16|data:2*2 15*2 16*6 24*5|database:0*2 18 20 24*10"
    "|databytes:15*2|date:16*11 21|day:0*2 11*4|days:0 19*2|dc:0*2|dcc:12 13*3|dd:18*6 19*6 30*2|de:0*8 1*2 4*2 5*2 11*9 18*4 19*4 20*3|dead:18*2|decision:0 17|declared:13 15*3|decode:16 24|defect:16*2"
    "|deferred:0*4 1*20 5*2 11*5 12*7 13*2 24*2|defers:11*2|defined:0 4*2 17 18|del:5 20*5 24*2|delay:12*2|delayed:11 12*5 24|deleted:0 13 18*4 19|deliver:0 5*4 12 18*4 24 28"
    "|delivered:5*2 11*5 13*4 16*2 19*9 20*3|deliveries:11*2|delivery:1*4 6*2 17*9 18*10 19*8 20*7 24*5 30*3|des:20*3|designated:4*2|destination:6 17 18*8 19 20 21 23*2 24*2|details:0*3 1*2 6*2 13*4 17*3"
    "|detecte:0*2 13 14|detected:1*10 2*4 11*5 13*19 14*17 16*4 17*7 25*10|detection:0 13*2|device:24*2|di:11 18*2|dial:0*2 2*2|did:4*7 19 23 24*3|died:24*2|diesem:18*3|dieser:18*3|dieses:18 19*2"
    "|difficulties:24*3|direct:20*7|directions:0*3|directly:0*6 19 20|directory:5 18*10 20 24*3|disabled:5*3 6*3 8*2 18*2 19*79 22*2|disagree:13*3|discarded:11*3 13 14|discontinued:19*6|disk:20*11 24*9"
    "|distribution:17 28|dkim:4*34|dlp:24*2|dmarc:4*55|dns:0*8 2*89 3*5 4*5 5*10 23*9|do:0*8 2*5 5*2 6*13 17*3 18*3 20*2 24*2"
    "|domain:0*2 1*12 2*3 3*15 4*56 5*124 6*21 7*2 9*3 11*12 17*7 18*13 19*5 20*3 22*15 23*47 24*6|domainkeys:4*2|domainlist:5*6 13*2|domino:6 18*3 20|dot:22 24|double:18*3|down:11*15 24*10|drd:24*2"
    "|dropped:0 3 24*3|dsn:5 11 13|dt:4*2 5 11 12*2 13*5 25|du:0*4 13 15 19*2 20*4 24|due:0*11 1*35 4*23 5*4 10*2 11*5 13*27 14*3 17*19 19*12 20*3 24*4|dumb:5*2|duplicate:16*4|during:7*3 19 24*3|dyn:11*2"
    "|dynamic:0*12 2*5|each:5*2|early:0 12 24|earthlink:0 2|effect:0 1 11 12*3|ehlo:3*22|eib:0*2|eicar:14*10|einen:14*2|einer:0*2|eingestuft:13*2|eintrag:2*3|either:4*12 17 18|el:2 5 13 15 18*6 19 20*4"
    "|embedded:13 17|emotet:14*2|empfaengers:20*2|employee:18*2|empty:3 5*2 16*2 17|en:0*6 4 14 18*3 19|enabled:7 12 23|encoded:16*2|encryption:9*10 17*2 24|encuentra:0 18 19|end:9 16*2 24|ended:11 19*2 24"
    "|engine:0 10 13*4 24|enough:20*6|ensure:4 16*3|enthaelt:14*2|entire:13*3|entries:2 4 5*4|entry:2*20 3*4 5*3 18*5|envelope:4*7 5*13 18*3|envoyes:0*2 11|er:5*2|erkannt:13*2 25"
    "|error:0*12 1*6 2*6 4*15 5*9 6*3 8*6 10*2 11*19 13*12 15*2 16*9 17*4 18*16 19*7 20*5 23*2 24*92 30*2|es:1 12 18*2 24|ese:18*2|esmtp:0*17 2*5 11*4 24*2|est:0*5 13 19*2 20*2|esta:0*6 12 18 19*4 20*3"
    "|este:18*2|ete:0*2 13|eval:24*2|evaluating:4*2|example:3 4 13 21|exceeded:11*73 13*3 15*35 16*5 20*68 24*3 25*13|exception:5 13*2 20*3 24|excessive:11*4 18|exchanger:0*2 5*2 22|exe:17*6"
    "|executable:14 17*3|exhausted:11 20*5|exist:2*2 3*5 5*28 18*106 23*8|exited:24*2|expansion:18*2|expired:17 18 19*6 23 24*2|explanation:0*4 2*3 4*2 11*2 17*3 18*2 20*2|exploits:0*2|ext:17 24"
    "|extended:19 20|extension:17*4|external:17*4|extreme:0*2|extremely:13*2|ezweb:0 19|fail:0*4 2*17 4*56 5*29 8*13 10*4 11*2 13*5 16*7 17*4 18*11 20*6 23*2 24*20 30*2|failed:4*4 8*3"
    "|failure:0*2 1*4 2*2 4*4 5*2 8*3 11*4 18*2 19*2 20*2 24*31 30*2|fake:5*3 13|falha:8 12|falta:19*2|far:16*2|fast:11*4|faster:11 24|feed:5 16|few:12 24|field:16*9|file:15*2 17*12 24*17"
    "|filter:0*7 1*3 13*20 24*4|filtered:0*2 13*5|filtering:0 13*3 17*3 24|filters:0 13|final:18 20|first:3*2 7*7 9*4 12*6|five:12*2|fix:2*9|fixed:15*6|flagged:0*2 1 13*3|foi:0 19|folder:20*2|follow:0*4 5"
    "|following:0 5*2 18*2|for:0*60 1*17 2*40 4*40 5*37 6*25 7*5 9*6 11*41 12*8 13*17 15*10 16*3 17*26 18*28 19*21 20*18 23*9 24*20 25*3|force:11 12|forest:11*2|forged:0 2*2 3*4 4*2 5*2 18|forgery:19*2"
    "|fork:24*3|form:0 18|format:5 16 18|fortiguard:0*2 13*2|fortimail:0 11 13|forward:0*12 2*6 6*3 18*2 21*2 24*3|forwarding:6 17 19 21 25|found:0*21 2*11 3*4 4*3 5*12 13*4 14*16 16*2 18*65 23*18 24*2"
    "|fqdn:3*7|framework:4*10|free:5*2 19*2 20|frequency:11*12|from:0*118 1*29 2*11 3*2 4*30 5*69 6*6 7*3 11*55 12*4 13*4 16*20 17*12 24*6 25*2|frozen:19*4|fuer:2*2|full:3*4 5*5 18*2 20*85 24*9|further:17*4"
    "|fwd:24*3|gateway:1 6*2 17|gave:5 18*3 23 24*2|generic:2*5 18|geographical:0*2|geoip:0*2|get:0*4 2*2 5|gets:11*3|gibt:18*2|given:3*3 7 16|gmail:1*2 2*2 4*9 9*2 11*2 13*4 16*3 18*2"
    "|go:0*11 1*4 4*3 7*3 11*3 13*2 17*2 18*3 24*2|gone:18*2 23|good:19 23|googles:11 15*3|got:0 16*4 18|graylisted:12*4|graylisting:12*2|greater:9 15|greeting:3*5 24*2|grey:12*3|greylist:12*8"
    "|greylisted:12*24|greylisting:12*17|group:17*9|groupwise:15 18*2|gsmtp:0*3 1*9 2*6 4*16 6*2 7*4 8*4 9*5 11*10 13*5 16*4 17*5 18*7 19*4 20*7 24*6|gu:0*2|guidelines:1 2*5 15*2 17*3|ha:13 19*2 20*5"
    "|had:14 17|handle:6*2 18|handshake:10*2|haraka:2 3|harmful:14*2|hash:4*2 5*2 6 17 18 24|hat:2 20*3|have:0*7 2*17 5*11 6*6 7*2 11*9 18*16|having:13 16*2|header:5*9 15*3 16*74 17*2 25*7|heavily:0*2"
    "|hello:5 13 26|helo:0*2 2*2 3*85|help:0*3 1*2 7 13*3|here:0*5 5*12 6*5 13*3 16*2 17*2 18*41 21*2 24*2|hi:18*2|hidden:13 17|high:11*4 13*15 24*4|his:11 20*5|hit:11*2 13*2 20|hl:1 11*3|hlo:3*3"
    "|hmailserver:0 6 18|hold:11 18 19*2|holds:13 14 24|home:18 20 24|honeypot:0*2|hop:24 25*17|host:0*117 1*4 2*37 3*13 4*5 5*7 6*4 11*18 12*4 13*4 18*6 22*6 23*14 24*7|hosted:0*2 6 18 23|hosting:0 19"
    "|hostname:2*16 3*5|hour:11*23|hourly:11*3|hours:0*3 11|how:11*2|hst:0 11|html:13*2|http:0*111 1*9 2*9 4*18 5*2 7*4 11*18 12*6 13*18 16*2 17*3 18*7 19*4"
    "|https:0*55 1*24 2*6 4*25 5*12 6*3 8*3 11*16 13*19 15*2 16*3 17*19 18*15 19*6 20*11 24*10|icewarp:0 12|id:4*5 13*11 16*8 18*5 24*8 25*3|identified:0*4 13*10|identities:5*2|identity:0 5*2"
    "|if:0*6 1*4 2*2 4*5 13*4|ihre:0*4 2*2 13|iinet:2*2|images:17*3|imap:6*2|impersonating:3*3|imposed:17*2 18"
    "|in:0*81 1*6 2*6 3*12 4*6 5*34 6*13 7*10 8*2 11*13 12*24 13*27 14*12 16*23 17*11 18*57 19*4 20*12 23*3 24*20|inactive:18*2 19*31 20*3|inactivity:19*11|inbound:6 11 17*2 18 22|incident:0*4 13*3"
    "|incoming:19 20 22 23|inconsistent:2*2|indicate:25*2|infected:14*12|info:4*2 18*2|infodomainnonexistent:23*2|information:0*9 1*11 2*3 4*2 11*7 13*6 16*2 18*5 19*2 24*2|initiative:4*4|inode:20*2"
    "|input:24*2|inside:17*2|inspect:4*3|instead:0*5|instructions:0 4*2 6*3|insufficient:1 11 20*2 24*9|intelligence:0 1*2|intended:1*4|intented:19*2|internal:0*4 17*3 24*23|internet:0*13 13*2 15"
    "|into:0 2*2 6*2 20|intrusion:0 11*2|invalid:0*2 2*10 3*25 4*11 5*25 6*2 8*15 10*2 11*7 16*19 17*6 18*71 19*7 23*4 24*2|ip:0*231 1*40 2*54 3*16 4*20 5*4 6*3 11*30 12*2 13*2 24*2|iplist:0*172 5*4 13*4"
    "|isp:0*5 2*3|isps:0*3|issue:6*3 9*3 17*5|issues:0*4|ist:0*2 13 15*2 18 19*2 20*5|it:0*8 2*5 4*4 5*3 13*13 14*5 18*2 19*2|its:4*5 17*5 19*2 20*13|itself:3 25|je:0 20|jest:19*3 20|judged:0 13"
    "|junk:0*8 3 13*10|karma:1*2|kb:15 18|kerio:12 18*2|keyword:2*2|know:5 18*2 23|known:0*2 2*2 13*3 17*2 18*13|large:0 4 15*15|larger:15*6 20*3|last:0 6*2 11 19 20"
    "|later:0*4 1*4 2*2 5*2 11*49 12*26 19*5 20*8 24*66 28*2|ldap:0*2 18*5 24*5|leads:13*2 18 25|learn:0*3 4*3 7*3 8*3 18*2 19*4|least:18*2|left:18*4 20*3 24*2|legitimate:4*4|length:15*6 16*5|let:4 6*3 17*3"
    "|lettres:19*2 20*3|level:0*5 4*5|lf:16*8|lib:2*2 5 11 24|like:0*2 1 2*4 13*8 14|likely:1*6 4 13*6|limit:11*67 13*3 15*20 20*26 25*2|limited:1*10 4*7 9*2 11*18 17*2|line:2 16*17 24*2|linefeed:16*2"
    "|lines:16*2 25*2|link:13*12 24|linklist:13*11|list:0*154 5*26 6*5 12*4 13*12 17*11 18*17|literal:3*7|load:11 24*8|local:0*10 1*2 5*6 6*3 7*5 10*2 13*8 17*6 18*32 19*6 20*2 21*2 24*13"
    "|localhost:3*6 5*2 25|locally:0*4|location:0*2 6 23|lock:24*2|locked:19*23 24*4|log:7*5 8 19|logged:5*2 6*2 7*3 19*4|logins:0 5|lone:16*4|long:5 15*5 16*5 19*2 24|longer:0*2 18*10 19*2 21*6"
    "|looked:2 13*4|looks:0*2 1 2*4 13*5 14|lookup:0*2 2*16 4*4 5*3 18*7 23*5 24*14|loop:25*29|lost:5 24*2|low:1*20|lub:19*2|ma:0 18*6|machine:0 6*2|macros:17*2"
    "|mailbox:0*2 5*12 11*5 15*3 17*11 18*107 19*86 20*145 21*2 24*12|mailenable:5 19 20|mailer:4 17 24*4|mailgateway:0*2|mailhost:18*2|mailing:4 5 17*2 18|maintenance:19 24*6|mais:11 12|malformed:5*2 16*10"
    "|malicious:14*3|malware:14*10|manually:0 5*2|many:0*20 1*3 4*2 8*3 11*146 13*2 15*4 16*2 20*8 24*3 25*9|map:0 18*2 24*2|marked:1 13*4 18*2|mas:12*2|match:2*6 3*2 5*2 6 8 10 13*2 18*4"
    "|matched:3 13 17*3 18|max:11*14 15*2 16 25*3|maximum:11*13 15*22 16*6 20*3 25*2|may:0*6 4*2 5*12 13*3 17*3 18*2|mb:15*7|mdaemon:0 14 15 18*2|me:0*5 2 3*4 4 6*3 11*4 13|means:1*4|mechanism:4*2 7 8 9"
    "|meet:2*5 4*5 30|member:17*2 18*3|members:5*2 17*2|memory:24*5"
    "|message:0*136 1*66 2*22 3*3 4*100 5*73 6*26 7*18 9*7 11*108 12*5 13*234 14*40 15*72 16*67 17*87 18*72 19*42 20*53 22*24 23*8 24*45 25*19 28*3 30*10|messagerie:0*2 25|messagescoringupperlimit:13*2"
    "|messagewall:13 16|met:11 18|mi:4 5 7 11|micro:0*5 11|might:18*2|milter:12 24*3|mime:16*16 24|mimecast:0*2|min:11 12*2|minute:11*6|minutes:6*2 12*13|mismatch:2*3 3*2 4*3 5"
    "|missing:2*12 3*3 5*5 16*17 18*2|misspelled:18*2 23|mit:18*2|mode:0*4 13 18|moins:18*3|months:19*3|more:0*16 1*8 2*3 4*3 6*3 7*4 8*3 11*13 13*7 16*5 18*9 19*7 20*5 24*3|most:4 11*3 15 20"
    "|moved:19*2 21*9 24|mta:4*2 5 18 19*2 24*4|mtas:1*4|multi:0*2 16|multiple:4 16*4 24|must:0*4 2*7 3*5 5*9 7*5 9*4 16*2 18*3|mx:4*2 5*22 6*2 11*2 22*6 23*7|mxid:0*4 1|mxl:13 18|my:3*6 5*3 6*6 15*2 18*8"
    "|myself:25*2|name:0*4 2*24 3*22 4*2 5*10 16*2 18*29 23*7 24*4|namen:18*3|names:2 11 17|nature:13*2|naver:18*2|nearly:2 20|negative:1 24*2|negotiate:10*2|nemesis:0*5 2*4 11 17|nest:18 19|net:0*3 2 11"
    "|network:0*22 1*2 2*2 24*2|networks:0 18|never:5 16 18*3 19*3|new:11*3 12*5 19*2 21*2 24|newline:16*2|next:12 24*4|nexthop:24*2|niemand:18*2"
    "|no:0*11 2*47 3*3 4*8 5*25 6*11 10*2 11*3 13*6 16*11 18*136 19*5 20*8 21*7 22*6 23*15 24*14 28*2|nobody:13 18*3 19|none:0 1*2 4*2 13 18 22|nonexistent:18*18 23*2|nor:5*2|normal:0*5 12 18|nos:0*2"
    "|nosuchuser:18*2|not:0*85 1*9 2*67 3*34 4*87 5*149 6*78 7*17 8*4 9*3 10*8 11*11 12*2 13*23 16*42 17*62 18*290 19*37 20*15 21*3 22*13 23*29 24*58 28*4 30*3|nothing:18*2 19|nous:0*2"
    "|now:0 5 10 11*2 19*2 21*2 24*3|nowhere:18 23|nr:2*2|nsmtp:18*2|nsu:17 18*5|nul:16*3|null:5*10 22*6|nullmx:22*5|number:11*15 13*2 16*2 25*2|numeric:0*53 1*14 5*3 6*2 11*15 12*2|occurred:0*4"
    "|octets:2 16*5|oder:18 19|of:0*36 1*32 2*12 3*3 4*30 5*21 6*9 11*36 12*4 13*30 15*10 16*8 17*14 18*24 19*6 20*19 23*4 24*13 25*2|off:0*2 6*2 10 11 19*4|office:17 24*2|offline:24*4|ofr:11 13*2 15 18 20"
    "|often:11*2 13*2|ok:18*2|old:10 20|on:0*68 1*3 4*3 5*9 6*8 7*2 8*2 11*5 12*3 13*9 17*8 18*9 19*4 20*4 21*4 24*7 25*3|one:0*6 2*2 6*2 11*7 13*3 16*4 18*8 19*2|onlines:0*3"
    "|only:5*3 7*5 9*2 11*3 17*14 22*5|ont:0*2|onto:19*3|open:0*8 6*6 11*4 24*3|opened:11 24*2|opensmtpd:2 18 24|option:16*2"
    "|or:0*17 1*6 2*10 3*10 4*15 5*12 6*2 7*2 8*7 9*3 11*3 13*12 14*2 16*11 17*9 18*29 19*12 20*3 23*6|organization:4 11 15 17*10 18|originating:0 1*4 4 5 11*2|other:1 5 7 13 14 15 17|ou:0*2 19*2"
    "|our:0*46 1*15 2*5 3*3 4*4 5*3 11*2 13*12 15*3 17*11 18*16 24*9|ours:3 6 18*3|out:5*2 20*7 24*13|outbound:0 5 11*2 13 24|outgoing:0*2 7*2 11*2 22|output:20 24|outside:5*2 17*3"
    "|over:4*2 9*4 11*4 13*2 15*7 20*53|overdrawn:20*2|overloaded:20 24*6|own:0*2 3*2 5*2 18|owned:5*8|owner:4*5 19*3|page:0*3 1 2 4 13*2|pair:12*2 30|parameter:3*2|parked:5 19|parse:16 24"
    "|part:0*10 18*7 23*2|parts:16*2 24|party:5 6|pass:4*26|passed:20 25*2|passing:4*3|password:0 7*2 8*9 17*2|past:0 16|path:0 5*5 18*2 21|pattern:1 13*5|payment:19*2|peer:10 24|peers:10 24|people:3*2"
    "|per:4*11 11*31 13*2 19*3|perhaps:6*2|period:11 12|permanent:0*4 1*3 4*5 19*2 20*4|permission:5*2 27 28|permits:2*4|permitted:4*9 5*3 6*17 15*4 16*2 17*5|person:5 18*5 21|personal:5*3|pfa:0*4 1"
    "|phishing:0*3 4 13*7 14|phone:13*2|plain:9 13|please:0*59 1*21 2*11 3*6 4*23 5*4 6*4 7*11 8*2 11*31 12*26 13*25 16*4 17*14 18*11 19*6 20*10 21*7 23*2 24*46|plesk:0 20|plus:0 11*3 13*3 18 24"
    "|podane:18 19*2|point:0 2*2|points:13*6 23 25|policy:0*13 1*4 2*4 4*52 5*4 11*3 12*2 13*24 17*67 24*3|politica:12 13|pool:2*2|pools:0 2|poor:0*3 1*26|pop:6*2|por:0*2 11 12 13*4 19*2|ports:24*2"
    "|possible:13*3 19*2 24*4 25*9|possibly:2 5|post:5 17|postal:18 19 20*4|postmaster:0*7 1*3 2*2 5*3 24|potential:13 17*5|pour:0*4|pra:4*2|preferably:13*2|present:0 2 11 13 24|presents:17*5"
    "|prevention:11*2 17|prevents:11*4|primary:24*2|probability:13*6|probable:13*3|problem:0*5 10*2 24*12|problems:1*2|process:5 11 13 20*3 24*7|processing:24*12|profile:0*2 13|program:7 24*3"
    "|progress:5 12 24*4|prohibited:4*3 6*7 14*2 17*4 20|prohibition:5*2 17*4|project:0 20*2|proofpoint:0*2 13|proper:3 5*4 6|protect:1*11 4*3 11*2 13*2|protected:13 17 18|protection:11 17"
    "|protocol:0*4 1 3 16 22|protonmail:4 18|provide:0 5|provided:5 18|provider:0*23 1*2|providers:0*3|proxy:0*3 3 25|ptr:2*57|public:0*2|publishes:4 22|put:0 20|qq:18 19 20 24*6|qualified:3*4 5*3"
    "|quarantine:0 4 24*2|quarantined:13*2|questions:0*2|questo:18*5 19*2|queue:11 20 24*14|queued:13*2 24|quickly:11*4|quota:11*10 13*2 20*101|range:0*6 11|rate:1*11 4*7 9*2 11*51|rblmx:0*2|rcp:11 17 19"
    "|rcpthosts:6*3 18|rdeny:5 18|rdn:2*3|rdns:2*22|reach:18*8 19*8 20*7|reachable:23 24*2|reached:11*21 20*9|read:13 19 24*2|reading:18 24|reads:13*2|real:0 2|reason:0 4*2 13*3 17*2 18*2"
    "|reasons:0*3 4*3 13*2 17*13 24*2|reattempted:11*2|receive:11*12 17*2 18*4 19*11|received:0*3 11*8 16*3 25*9|recent:0*4 11|recently:0*3"
    "|recipient:0*11 1*5 2*2 4*12 5*26 6*9 9*2 11*66 12*8 13*2 15*7 16*2 17*19 18*248 19*40 20*61 21*5 22*6 23*17 24*21 28*4|recognized:18*2|record:2*42 4*14 5*7|records:2*7 4*4 5*2 23|recurrent:13*2"
    "|reduce:11*2 13*4 16*3|ref:0*2|refer:0*5 1*3 4 11 12 13|refused:0*210 1*32 2*43 3*21 4*71 5*95 6*47 7*9 8*6 11*22 12*15 13*134 14*15 15*2 16*11 17*58 18*89 19*21 20*13 22*6 23*3 24*18 27*3 28*7 30*8"
    "|regarding:2*4 11|region:5*2 24*2|registered:5 6 23|registro:2*2|relay:0*10 2*3 5*2 6*119 18*7 24*3|remediation:0*2|remote:0*2 4 5 6*6 7 9 13*2 15 16 24*2|removal:0*19 5*2|remove:19 20|repeated:0*2"
    "|replaced:21*3|reply:0*4 3 5 18 24*2|report:13*4 24|reported:0*2 5 13*2|reports:13*2|reputation:0*16 1*65|request:0*18 5*2|requested:0*2 5*4 11*2 18*10 20*3 30*3"
    "|required:2*5 3*5 4*6 5*9 6*3 7*29 8*2 9*18 16*6 17*5|requirement:2 16|requirements:4*3 30|requires:2*4 3*3 4*11 7*2 9*6|resend:11*3 13|reset:0 1 24|residential:0*3 2|resolution:2*2"
    "|resolve:2*15 3*3 5*12 6*3 13*3 23*4|resolver:0 24|resource:2*6 11*2 24*4|resources:11 12*2 24*13|respond:24*2|response:0 5|restricted:11 17*4 18 19*2|restriction:0 13*3 17*7|result:4*3|results:4*4"
    "|retry:11*8 12*15 13*2 24*9|retrying:0*3 1*3 11|return:5*8 12|returned:2*2 5*3 6 13*2 19*2 22|reverse:2*82|review:1*2 2*5 16*2 17*3|rfc:2*4 3*8 5*5 16*22 18*2|rhsbl:5*2|right:0 5 24|role:6 17"
    "|room:20*2 24|route:5 9*3 18 23*5 24|routing:1 18 24*2 25*3|rp:2*3 6 11*3 15 20|rspamd:12 13|rte:11*3|rtr:0*6|rule:0 6 13*3 17*10 18|rules:6 13*2 17*2 18|run:10 24|running:24*3|runs:0 13 24|rusr:18*2"
    "|said:3 5 18*4 24|same:5*2 11|saved:13*2|say:3*3 13|says:0 3 4*6 5 12 13*2 24|scale:13*4|scam:13*2|scams:0 13|scan:14 24*2|scanner:3 13*2 14*2 24*6|scanning:13 24|score:1*17 13*17|scored:13*11"
    "|screening:0 24|se:0 9 14 18 19|second:11*2 12|seconds:0 11 12*9|secret:8*3|section:3*5 13 16*4|secure:9 10|security:13*5 17*13 19*2|see:0*90 1*16 2*3 3*8 4*22 5*5 11*4 12*6 13*10 16*6 17*4 18*5 19*2"
    "|seems:2 13*2|send:0*14 2*3 4*17 5*9 7*15 9*3 11*6 13*6 17*7|sender:0*22 1*19 2*6 4*53 5*248 7*7 9*3 11*14 12*9 16*2 17*12|senderbase:0 1*2|senderfilterconfig:5*2"
    "|sending:0*24 1*23 2*14 4*14 5*8 6*2 7*4 11*21 13*2 17*5|sends:5 22*2|sent:0*16 1*5 4*5 9*2 11*12 13*6 16*4 17*6 24*2|serious:16*2|served:2 6*2"
    "|server:0*52 1*10 2*18 5*11 6*8 7*2 11*10 13*3 15*3 18*16 20*3 21*2 23*3 24*52 25*3|service:0*68 1*4 2*12 4*2 5*5 11*5 12*2 19*7 24*37|services:0*2 4|session:9*4 11*17 24*3|set:0 2*5 10 17 24"
    "|setting:4*2 25|settings:0 4*3 7 17|setup:2*4 4 5|seu:0 11|several:5 18|short:11*2|should:3*2 14 19|shut:19*2|shutting:24*5|sid:4*3 5 18|side:11 24*3|sido:13 19|sie:0 12 24|signature:4*11 14*8 16*2"
    "|signatures:4*2|signed:4*2|since:0*10 11 13 19*2|site:0*6 11 13*3 17 18*5|size:11*2 15*40 20*8|sl:13 17 18*3 19*4 24*3 25|slots:24*2|slow:11*17|slower:11*2|smartermail:0 5 18|smarthost:0*2"
    "|smtp:0*17 2*8 5*2 6*9 7*10 9*3 11*4 18*2 24*3 25*4|smtpd:0 18|softfail:4 12|some:11*2 12*2|sonicwall:1 18|sophos:0*2 13 17 18|sorry:0*16 2*2 3*4 5*17 6*7 11*3 13*6 15*3 17*2 18*19 19*11 20*7 23*2 24*5"
    "|source:0*13 1 2 5*2 11|space:6*2 20*27 24*7|spaces:18*2|spaeter:12*3 24*2|spam:0*64 1*14 4*3 5*4 11*3 13*200 16*3 24*3|spamassassin:13*6 24|spamhauss:0*2|spammer:0*14 3 5*3 13|spamtitan:12 13"
    "|spamtrap:13*2|specific:5 8*2|specifications:16*2|specified:8 17|spelling:23*2|spf:2*2 4*97|spm:12 13*4|spoofed:4*2 5*2|spoofing:17*4|spool:24*4|ssl:9*2 10|stalwart:4 11|standard:16*4|standing:1 19"
    "|start:3 9 10|starttls:9*11|state:5*3|status:4 19*3 24*2"
    "|status :0*325 1*38 2*111 3*61 4*67 5*190 6*79 7*31 8*22 9*8 10*7 11*135 12*28 13*180 14*41 15*43 16*65 17*58 18*394 19*158 20*142 21*8 22*12 23*25 24*130 25*17 26*3 27*3 28*12 30*8"
    "|status 0.0:0*2 3*3 18*4 20*2 24*7 28*2|status 1.0:2*3 4*5 5*16 11*5 17*2 18*9 24*2|status 1.1:2*2 5*2 11*3 18*207 19*10 20*10 23*2 24*7|status 1.10:18*3 22*12|status 1.2:2*2 18*7 23*18"
    "|status 1.3:18*10|status 1.6:21*20|status 1.7:5*14 23|status 1.8:2*8 5*45|status 1.90:11*2|status 2.0:4*3 11*2 12*12 13*8 17*2 18*5 24*9|status 2.1:0*3 11*16 18*9 19*59 20*2 24*3|status 2.122:11*2"
    "|status 2.2:20*98 24*2|status 2.3:15*13 17|status 3.0:0*12 11*4 12*3 13*2 18*4 24*88|status 3.1:11*2 17 24*17|status 3.2:0*5 11*17 22*4 24*36|status 3.3:10 17|status 3.4:15*29|status 3.5:24*13"
    "|status 4.0:4 23 24*8 25|status 4.1:18*12 24*12|status 4.12:25*4|status 4.14:25*3|status 4.2:11*3 24*11|status 4.3:2 5 24*8|status 4.310:23*3|status 4.4:23*10 24|status 4.5:0 11*15 24*4"
    "|status 4.6:25*22|status 4.62:24*2|status 5.0:0*2 3*2 18*6 19*2 24*7|status 5.1:2 3*2 7*6 11*4 16 18*2 24*2|status 5.2:3*6 5*3 16*6|status 5.3:11*17 15|status 5.4:0 1*2 3*5 5*5 16*2"
    "|status 6.0:13*2 16*51|status 6.1:13 14 16*3|status 6.11:16*3|status 6.2:13 16|status 6.7:16*4|status 7.0:0*15 1*17 2*9 3*5 4*4 5*8 6*3 7*6 8*9 9*10 10*9 11*35 12*5 13*10 14*4 16*3 17*19 24*7"
    "|status 7.1:0*267 1*45 2*52 3*28 4*78 5*95 6*55 7*24 8*3 9*5 10*2 11*76 12*39 13*145 14*22 16*14 17*81 18*38 19*20 20*3 21*2 22*2 24*23 28*3 30*6|status 7.10:9*7|status 7.124:17*2|status 7.129:17*5"
    "|status 7.13:19*2|status 7.133:17*2|status 7.134:17*2|status 7.139:8*3|status 7.2:1*2 5|status 7.20:4*5|status 7.23:2 4*13|status 7.24:4*5|status 7.25:2*12|status 7.26:4*16|status 7.27:4*3 5*2 22"
    "|status 7.28:1*3 11*3|status 7.29:4 9*2|status 7.3:8*3 11 12|status 7.30:4*3|status 7.350:13*2|status 7.5:4*3 10*2|status 7.500:11*6|status 7.509:4*4|status 7.511:0*2|status 7.515:4*5"
    "|status 7.520:13 17|status 7.57:7*5|status 7.606:0*4|status 7.64:6*6|status 7.650:1*4|status 7.7:13*2 16 17*2|status 7.708:1*3|status 7.8:8*12|status 7.9:4*4 8*2 14 17*3|steht:0*2|stop:0*2|stopped:19*2"
    "|storage:20*36 24*5|store:18 20*3 24*3|stored:20*2 24|stray:16*3|su:0*6 1 2*2 14 20*2|subdomain:0 22|subject:13*8 15 16*5 17*2|submission:7*2 11*2 24|submit:0 5|subscribers:13 17|succeed:0*3 1*3"
    "|such:5*5 18*71 23*4|support:1*2 6 12|supported:16*4 18|sur:0*5 13|suspected:1*2 13*2|suspend:19*3|suspended:0*2 19*35|suspicion:0 13*4|suspicious:0*5 1*9 4 13*3 17 19|suspiciously:0*2|switch:7 24"
    "|syntactically:3*3 18|syntax:5*8 16*3 18*5|system:0*8 1*14 2*4 6*4 13*6 15*3 17*6 18*9 21*2 24*32 30*2|table:0 5*4 18*9 24*2|taken:0*4 4*2 5*4 11*2 17*4 18*11|talk:0 9 24|target:17 18 24*3|team:19*2"
    "|technical:24*3|tempfail:24*2|temporal:12 24|temporaneo:24*2|temporarily:0*14 1*22 2*2 4*4 5*4 11*5 12*12 13*2 19*10 20*3 24*93|tenant:23*3|tenantattribution:6*6|tente:11 12|terminated:19*6"
    "|test:4*3 12 14*8|text:9 13*5|than:11*5 15*8 16*4 19*2 20*3|their:0*10 4*2 11*2 19*2 20*3|them:0 18 20|then:0 8 13|there:0 16*3 17 18*5 20 23 24*2|therefore:0*2 13|they:0 2 4 5*4 11*2 17 18|thinks:13*2"
    "|third:5 6|thread:11*2|threshold:0 1 11*2 13*2 15*2|throttled:1*2 11*18|through:0 6*5 17|tiene:2 18|time:0 11*6 12*4 16 19*2 24*6|timed:5*2 24*4|timeout:2 24*19|tld:2*3 5|tls:9*14 10*13"
    "|to:0*76 1*49 2*10 3*5 4*58 5*33 6*35 7*16 9*6 10*4 11*27 12*6 13*59 14*3 15*3 16*13 17*48 18*30 19*33 20*21 21*6 23*9 24*40 25*8 28*6|tomorrow:0 11"
    "|too:0*19 1*8 4*2 8*3 11*156 13*10 15*27 16*9 20*8 24*12 25*10|traffic:0 1*3 6*2|transaction:0 11*2 13*4 15 16*3 17 24*3 30*2|transfer:1 16|transient:0*2 24|transmission:11*7 24*2|transport:6 17*2"
    "|trap:13*2|traps:0*2|trend:0*5 11|tried:18*6 19*8 20*6|triggered:13*4|triple:12 13*2|triplet:12*3|trojan:14*3|trouble:5 20 24*4|troubleshooting:1 4 6*2 13|trust:1*3|trusted:0 10"
    "|try:0*5 1*4 2*3 4*5 5*2 8*2 11*45 12*38 18*7 19*5 20*9 21*6 24*67 28*2|trying:6*3 11*6 17 18*2 20|turn:6*2 7 11|turned:0 1 4 6*2 19*2|two:8 16*3 17 25|type:8 16*4 17*8|typo:18*2 23|typos:18*2"
    "|una:0*2 18|unable:0*2 5*2 6*5 18*2 23*3 24*17|unacceptable:13*3 17*3|unallocated:18*2|unauthenticated:4*18|unauthorized:4*2 6*4|unavailable:0*39 1*3 5*7 10*2 11*3 12*4 17*2 18*21 19*12 24*40|und:3 13"
    "|undeliverable:5*2 18*8|under:0*2 13*4 18*2 24|unexpected:1*3 16 24*3|unfortunately:0*11 11*2|unknown:0*2 2*4 5*22 11*7 12*5 18*140 19*3 23*8|unnecessary:18*2|unreachable:24*2|unread:19*2"
    "|unrecognized:3 8 18|unresolvable:2*2 5*2 18*3|unrouteable:18*3 23|unsigned:4*2|unsolicited:0 1*4 13*12|unsuccessful:8*4|unsupported:16*2 24|unter:0 18*3|until:0 13 24|untrusted:1 11*2"
    "|unusual:1*6 11*4 13|unverifiable:2*5 5|unverified:5 18*3 24*6|unwanted:0*2 5 13*4 17|up:0 1 2*3 4*2 10 11*3 20*4 24*2|upgrade:24*2|upstream:24*4|url:13*23|us:0*2 3*3 5 12 13*3 15 16*2 18*2"
    "|use:0*15 3*5 5*3 6*4 9*5 16*2 18*2|used:0*4 1 3 5 7 11*3 18*2 20*7|useddiskspace:24*2|user:1*18 4*3 5*41 7*8 8*11 11*17 13*4 16*3 17*8 18*230 19*41 20*54 21*10 24*10|username:0 5 8*3|uses:2 3"
    "|using:0*53 13*2|uso:19*2|usr:24*2|vade:0*2 13|valid:2*18 4*2 5*11 6*2 16*5 18*27 23*3|validate:2 18|validation:2*4 4*11 10 18|value:15*3|var:24*2|vdelivermail:19*2|verdict:13*2 24"
    "|verification:4*10 5*5 18*3 24*4|verifier:4 11*3|verify:4*4 5*35 18*8 24*3|verizon:0*3|vers:0*2|version:9 10|very:1*9|veuillez:0 4 7 11*4 24|vfy:5 18|via:1*4 4 6*2 9 16 25*2|view:15*2"
    "|violates:14 16 17*5|violation:0 2*2 4*6 5 16 17*4 19 20*2|virtual:5 18*5|virus:13*2 14*42 24*6|visit:0*23 1*9 2*3 4*4 6*3 11*8 13*12 17*9 18*3 20*2|volume:1*4 11*6|von:11*2|votre:0*6 1 2 4 11*4 13*2"
    "|vous:0 7|wait:11*3 12*5 24|waiting:12 24*2|want:0 2*2 5*5|way:5 13*2 15|we:0*12 2*4 5*6 6*13 9*2 11*5 13*5 15*3 17*2 18*7 23*2 24*2|web:0 8 18|welcome:5 13 27|what:11*2 15 18 29|when:7*2 17*2"
    "|which:0 16 17 23|while:5*4 19 24*5|whitelist:0*2|who:3 5|why:0 24*2|wiecej:18*2|will:0*8 1*3 2*2 11*3 12*3 18*3|with:0*3 2*11 3*6 4*15 5*6 7*2 13*5 14*6 16*4 17*8 18*7 20*3 24*7|within:11*3 13*2"
    "|without:2*3 5 6*2 7*2 13 16*4|words:13*5|works:18*2 21|worm:14*2|would:5 20*4|write:0*2 17*3 21*2 24*7|writing:24*2|ws:24*2|wurde:13*3 19*2|xx:0*2 2 4 11 13|yahoo:4*2|yandex:11 18|yet:12 18*2 19*2"
    "|you:0*29 1*5 2*8 3*11 4*2 5*18 6*12 7*3 11*18 12*3 13*6 17*9 18*15 19*8 20*7|your:0*175 1*31 2*58 3*10 4*21 5*48 6*7 7*4 8*3 9*3 11*50 12*4 13*24 14*6 15*6 16*3 17*12 18*7 19*11 20*6 21*2 24*3 25*2"
    "|youre:0*5 4 17|yours:3 4|youve:6 11*2|za:11 13|zimbra:18 19 20 24|zip:17*3|zoho:11 14*2|zombied:0*2|zombies:0 2|zone:2*2"
)
"""Each word, and the places of causes in `whose.REMOTE`, each with the number of answers if that is not one."""
