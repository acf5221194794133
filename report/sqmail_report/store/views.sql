-- The tables of sqmail-report as views over the event store.
--
-- The same text runs on DuckDB and on Spark SQL.  It asks five tables, which
-- whoever runs it has made of the folders of the store: deliveries, messages,
-- records, connections and counts.  What these are made of (some hosts, some
-- days) is what the views are of.
--
-- Where a word may be null `||` joins, which is null then everywhere; `concat`
-- passes over it in DuckDB.
--
-- Seconds are reckoned in doubles as awk, qmailanalog and the reports do; at
-- today's dates these are multiples of 2^-22 s, so their sums are exact.

CREATE OR REPLACE TEMP VIEW attempts AS
SELECT host, day, log, message, channel, domain, uid, sender, bytes, result, cause, whose, named, stage, expired, report,
    CASE WHEN recipient IS NULL THEN channel ELSE concat(channel, '.', recipient) END AS recipient,
    coalesce(CAST(uid AS STRING), '?') || '/' || sender AS sent_by,
    done, begun, birth,
    done - begun AS xdelay,
    done - birth AS ddelay
FROM (
    SELECT host, day, log, message, channel, recipient, domain, uid, sender, bytes, result, cause, whose, named, stage,
        expired, report,
        (time_ns - time_ns % 1000000000) / 1e9 + (time_ns % 1000000000) * 1e-9 AS done,
        (start_ns - start_ns % 1000000000) / 1e9 + (start_ns % 1000000000) * 1e-9 AS begun,
        (coalesce(born_ns, start_ns) - coalesce(born_ns, start_ns) % 1000000000) / 1e9
            + (coalesce(born_ns, start_ns) % 1000000000) * 1e-9 AS birth
    FROM deliveries
    WHERE start_ns IS NOT NULL
) AS seconds_of;

-- Messages that have left the queue, where it was seen how they came into it.
CREATE OR REPLACE TEMP VIEW completed AS
SELECT host, day, log, message, uid, sender, bytes, successes, failures, deferrals,
    successes + failures AS recipients,
    coalesce(CAST(uid AS STRING), '?') || '/' || sender AS sent_by,
    (ended_ns - ended_ns % 1000000000) / 1e9 + (ended_ns % 1000000000) * 1e-9 AS ended,
    (born_ns - born_ns % 1000000000) / 1e9 + (born_ns % 1000000000) * 1e-9 AS birth
FROM messages
WHERE ended_ns IS NOT NULL AND born_ns IS NOT NULL;

CREATE OR REPLACE TEMP VIEW figures AS
SELECT family, name,
    CAST(CASE WHEN min(merge) = 'peak' THEN max(number)
        WHEN min(merge) = 'last' THEN max(CASE WHEN time_ns = newest THEN number END)
        ELSE sum(number) END AS BIGINT) AS number
FROM (
    SELECT family, name, merge, number, time_ns,
        max(time_ns) OVER (PARTITION BY family, name) AS newest
    FROM counts
) AS hours
GROUP BY family, name;

-- Lines are those of logs in which there are some of the family.
CREATE OR REPLACE TEMP VIEW lines_of AS
SELECT families.family,
    CAST(sum(CASE WHEN counts.name = 'lines' THEN counts.number ELSE 0 END) AS BIGINT) AS lines,
    CAST(sum(CASE WHEN counts.name = 'unrecognised' THEN counts.number ELSE 0 END) AS BIGINT) AS unrecognised
FROM (SELECT DISTINCT host, log, family FROM counts WHERE name = 'of_family') AS families
JOIN counts ON counts.host = families.host AND counts.log = families.log
WHERE counts.family = 'both'
GROUP BY families.family;

CREATE OR REPLACE TEMP VIEW overview AS
SELECT m.completed_messages, m.recipients, m.completed_attempts,
    m.completed_attempts * 1e0 / nullif(m.completed_messages, 0) AS attempts_per_message,
    m.bytes, m.delivered_bytes,
    m.qtime / nullif(m.completed_messages, 0) AS average_qtime,
    a.attempts, a.successes, a.failures, a.discarded, a.deferrals,
    a.ddelay AS total_ddelay, a.ddelay / nullif(a.successes, 0) AS average_ddelay,
    a.xdelay AS total_xdelay, a.xdelay / nullif(a.attempts, 0) AS average_xdelay,
    s.span AS time_span, a.xdelay / nullif(s.span, 0e0) AS average_concurrency,
    a.local_successes, a.local_failures, a.local_deferrals, a.local_bytes,
    a.remote_successes, a.remote_failures, a.remote_deferrals, a.remote_bytes,
    f.new_messages, m.null_sender_messages, f.bounces, f.double_bounces_discarded, f.triple_bounces_discarded,
    a.expired, f.unreported, f.restarts, f.warnings, f.alerts,
    coalesce(l.unrecognised, 0) AS unrecognised, coalesce(l.lines, 0) AS lines
FROM (
    SELECT count(*) AS completed_messages,
        CAST(coalesce(sum(recipients), 0) AS BIGINT) AS recipients,
        CAST(coalesce(sum(recipients + deferrals), 0) AS BIGINT) AS completed_attempts,
        CAST(coalesce(sum(bytes), 0) AS BIGINT) AS bytes,
        CAST(coalesce(sum(bytes * successes), 0) AS BIGINT) AS delivered_bytes,
        coalesce(sum(ended - birth), 0e0) AS qtime,
        CAST(coalesce(sum(CASE WHEN sender = '<>' THEN 1 ELSE 0 END), 0) AS BIGINT) AS null_sender_messages
    FROM completed
) AS m
CROSS JOIN (
    SELECT count(*) AS attempts,
        CAST(coalesce(sum(CASE WHEN result = 'success' THEN 1 ELSE 0 END), 0) AS BIGINT) AS successes,
        CAST(coalesce(sum(CASE WHEN result = 'failure' THEN 1 ELSE 0 END), 0) AS BIGINT) AS failures,
        CAST(coalesce(sum(CASE WHEN result = 'failure' AND whose = 'nobody' THEN 1 ELSE 0 END), 0) AS BIGINT) AS discarded,
        CAST(coalesce(sum(CASE WHEN result = 'deferral' THEN 1 ELSE 0 END), 0) AS BIGINT) AS deferrals,
        coalesce(sum(CASE WHEN result = 'success' THEN ddelay END), 0e0) AS ddelay,
        coalesce(sum(xdelay), 0e0) AS xdelay,
        CAST(coalesce(sum(CASE WHEN channel = 'local' AND result = 'success' THEN 1 ELSE 0 END), 0) AS BIGINT) AS local_successes,
        CAST(coalesce(sum(CASE WHEN channel = 'local' AND result = 'failure' THEN 1 ELSE 0 END), 0) AS BIGINT) AS local_failures,
        CAST(coalesce(sum(CASE WHEN channel = 'local' AND result = 'deferral' THEN 1 ELSE 0 END), 0) AS BIGINT) AS local_deferrals,
        CAST(coalesce(sum(CASE WHEN channel = 'local' AND result = 'success' THEN bytes ELSE 0 END), 0) AS BIGINT) AS local_bytes,
        CAST(coalesce(sum(CASE WHEN channel = 'remote' AND result = 'success' THEN 1 ELSE 0 END), 0) AS BIGINT) AS remote_successes,
        CAST(coalesce(sum(CASE WHEN channel = 'remote' AND result = 'failure' THEN 1 ELSE 0 END), 0) AS BIGINT) AS remote_failures,
        CAST(coalesce(sum(CASE WHEN channel = 'remote' AND result = 'deferral' THEN 1 ELSE 0 END), 0) AS BIGINT) AS remote_deferrals,
        CAST(coalesce(sum(CASE WHEN channel = 'remote' AND result = 'success' THEN bytes ELSE 0 END), 0) AS BIGINT) AS remote_bytes,
        CAST(coalesce(sum(CASE WHEN expired THEN 1 ELSE 0 END), 0) AS BIGINT) AS expired
    FROM attempts
) AS a
CROSS JOIN (
    SELECT greatest(coalesce(max(last_moment) - min(first_moment), 0e0), 0e0) AS span
    FROM (
        SELECT birth AS first_moment, done AS last_moment FROM attempts
        UNION ALL
        SELECT birth AS first_moment, ended AS last_moment FROM completed
    ) AS spans
) AS s
CROSS JOIN (
    SELECT coalesce(max(CASE WHEN name = 'messages' THEN number END), 0) AS new_messages,
        coalesce(max(CASE WHEN name = 'bounces' THEN number END), 0) AS bounces,
        coalesce(max(CASE WHEN name = 'double_bounces' THEN number END), 0) AS double_bounces_discarded,
        coalesce(max(CASE WHEN name = 'triple_bounces' THEN number END), 0) AS triple_bounces_discarded,
        coalesce(max(CASE WHEN name = 'unreported' THEN number END), 0) AS unreported,
        coalesce(max(CASE WHEN name = 'restarts' THEN number END), 0) AS restarts,
        coalesce(max(CASE WHEN name = 'warnings' THEN number END), 0) AS warnings,
        coalesce(max(CASE WHEN name = 'alerts' THEN number END), 0) AS alerts
    FROM figures
    WHERE family = 'send'
) AS f
CROSS JOIN (
    SELECT max(lines) AS lines, max(unrecognised) AS unrecognised FROM lines_of WHERE family = 'send'
) AS l;

-- Delays to six digits, as qmailanalog prints them before it reckons with them.
-- A double this great (1.5 * 2^52) has no places behind the point: adding and
-- subtracting it rounds half to even.
CREATE OR REPLACE TEMP VIEW six_digits AS
SELECT CASE WHEN scale = 0e0 THEN 0e0
    WHEN scale < 1e-3 THEN sign * ((size * scale + 6755399441055744e0) - 6755399441055744e0) * whole
    ELSE sign * (((size * scale + 6755399441055744e0) - 6755399441055744e0) / scale) END AS delay
FROM (
    SELECT abs(ddelay) AS size,
        CASE WHEN ddelay < 0 THEN -1e0 ELSE 1e0 END AS sign,
        CASE WHEN ddelay = 0 THEN 0e0
            WHEN abs(ddelay) < 1e-6 THEN 1e12 WHEN abs(ddelay) < 1e-5 THEN 1e11
            WHEN abs(ddelay) < 1e-4 THEN 1e10 WHEN abs(ddelay) < 1e-3 THEN 1e9
            WHEN abs(ddelay) < 1e-2 THEN 1e8 WHEN abs(ddelay) < 1e-1 THEN 1e7
            WHEN abs(ddelay) < 1e0 THEN 1e6 WHEN abs(ddelay) < 1e1 THEN 1e5
            WHEN abs(ddelay) < 1e2 THEN 1e4 WHEN abs(ddelay) < 1e3 THEN 1e3
            WHEN abs(ddelay) < 1e4 THEN 1e2 WHEN abs(ddelay) < 1e5 THEN 1e1
            WHEN abs(ddelay) < 1e6 THEN 1e0 WHEN abs(ddelay) < 1e7 THEN 1e-1
            WHEN abs(ddelay) < 1e8 THEN 1e-2 WHEN abs(ddelay) < 1e9 THEN 1e-3
            WHEN abs(ddelay) < 1e10 THEN 1e-4 ELSE 1e-5 END AS scale,
        CASE WHEN abs(ddelay) < 1e10 THEN 1e4 ELSE 1e5 END AS whole
    FROM attempts
    WHERE result = 'success'
) AS scaled;

CREATE OR REPLACE TEMP VIEW delays AS
SELECT doneby, distinct_sum / distinct_delays AS avg, delay_sum / reached AS mean, pct
FROM (
    SELECT pct, distinct_sum, distinct_delays, delay_sum, reached,
        min(delay) OVER (PARTITION BY pct) AS doneby,
        row_number() OVER (PARTITION BY pct ORDER BY delay DESC) AS from_last
    FROM (
        SELECT delay, distinct_sum, distinct_delays, delay_sum, reached,
            CAST((100 * reached - (100 * reached) % whole) / whole AS BIGINT) AS pct
        FROM (
            SELECT delay,
                CAST(sum(deliveries) OVER () AS BIGINT) AS whole,
                CAST(sum(deliveries) OVER (ORDER BY delay ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS reached,
                sum(delay) OVER (ORDER BY delay ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS distinct_sum,
                sum(delay * deliveries) OVER (ORDER BY delay ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS delay_sum,
                row_number() OVER (ORDER BY delay) AS distinct_delays
            FROM (SELECT delay, count(*) AS deliveries FROM six_digits GROUP BY delay) AS distinct_ones
        ) AS running
    ) AS reaching
) AS completing
WHERE from_last = 1 AND pct >= 10;

CREATE OR REPLACE TEMP VIEW recipients AS
SELECT CAST(sum(CASE WHEN result = 'success' THEN bytes ELSE 0 END) AS BIGINT) AS sbytes,
    CAST(sum(CASE WHEN result = 'deferral' THEN 0 ELSE 1 END) AS BIGINT) AS mess,
    count(*) AS tries,
    sum(xdelay) AS xdelay,
    recipient
FROM attempts
GROUP BY recipient;

CREATE OR REPLACE TEMP VIEW recipient_hosts AS
SELECT CAST(sum(CASE WHEN result = 'success' THEN bytes ELSE 0 END) AS BIGINT) AS sbytes,
    CAST(sum(CASE WHEN result = 'deferral' THEN 0 ELSE 1 END) AS BIGINT) AS mess,
    count(*) AS tries,
    sum(xdelay) AS xdelay,
    host
FROM (
    SELECT result, bytes, xdelay,
        CASE WHEN domain IS NULL THEN recipient
            WHEN instr(domain, ' ') > 0 THEN concat(substr(domain, 1, instr(domain, ' ') - 1), '.', substr(domain, instr(domain, ' ') + 1))
            ELSE domain END AS host
    FROM attempts
) AS to_hosts
GROUP BY host;

-- The seconds of a recipient are rounded to hundredths, half to even, and then
-- divided: zrxdelay reads what zrecipients printed.  In units of 2^-22 s they
-- are whole numbers.
CREATE OR REPLACE TEMP VIEW recipient_delays AS
SELECT sign * (hundredths + CASE WHEN rest > 2097152 OR (rest = 2097152 AND hundredths % 2 = 1) THEN 1 ELSE 0 END) / 1e2 / tries AS avg,
    tries, recipient
FROM (
    SELECT tries, recipient, sign, units % 4194304 AS rest,
        CAST((units - units % 4194304) / 4194304 AS BIGINT) AS hundredths
    FROM (
        SELECT tries, recipient, CASE WHEN xdelay < 0 THEN -1 ELSE 1 END AS sign,
            CAST(abs(xdelay) * 4194304e0 AS BIGINT) * 100 AS units
        FROM recipients
    ) AS in_units
) AS in_hundredths;

CREATE OR REPLACE TEMP VIEW senders AS
SELECT c.mess, c.bytes, c.sbytes, c.rbytes, c.recips, c.tries, coalesce(a.xdelay, 0e0) AS xdelay, c.sent_by AS sender
FROM (
    SELECT sent_by, count(*) AS mess,
        CAST(sum(bytes) AS BIGINT) AS bytes,
        CAST(sum(bytes * successes) AS BIGINT) AS sbytes,
        CAST(sum(bytes * recipients) AS BIGINT) AS rbytes,
        CAST(sum(recipients) AS BIGINT) AS recips,
        CAST(sum(recipients + deferrals) AS BIGINT) AS tries
    FROM completed
    GROUP BY sent_by
) AS c
LEFT JOIN (
    SELECT sent_by, sum(xdelay) AS xdelay FROM attempts WHERE sender IS NOT NULL GROUP BY sent_by
) AS a ON a.sent_by = c.sent_by;

CREATE OR REPLACE TEMP VIEW uids AS
SELECT c.mess, c.bytes, c.sbytes, c.rbytes, c.recips, c.tries, coalesce(a.xdelay, 0e0) AS xdelay, c.uid
FROM (
    SELECT coalesce(CAST(uid AS STRING), '?') AS uid, count(*) AS mess,
        CAST(sum(bytes) AS BIGINT) AS bytes,
        CAST(sum(bytes * successes) AS BIGINT) AS sbytes,
        CAST(sum(bytes * recipients) AS BIGINT) AS rbytes,
        CAST(sum(recipients) AS BIGINT) AS recips,
        CAST(sum(recipients + deferrals) AS BIGINT) AS tries
    FROM completed
    GROUP BY coalesce(CAST(uid AS STRING), '?')
) AS c
LEFT JOIN (
    SELECT coalesce(CAST(uid AS STRING), '?') AS uid, sum(xdelay) AS xdelay
    FROM attempts
    WHERE sender IS NOT NULL
    GROUP BY coalesce(CAST(uid AS STRING), '?')
) AS a ON a.uid = c.uid;

CREATE OR REPLACE TEMP VIEW successes AS
SELECT count(*) AS del, sum(xdelay) AS xdelay, cause
FROM attempts
WHERE result = 'success'
GROUP BY cause;

CREATE OR REPLACE TEMP VIEW troubles AS
SELECT result, count(*) AS del, sum(xdelay) AS xdelay, cause, whose, named,
    nullif(concat_ws(', ',
        max(CASE WHEN stage = 'DATA' THEN stage END), max(CASE WHEN stage = 'HELO' THEN stage END),
        max(CASE WHEN stage = 'MAIL' THEN stage END), max(CASE WHEN stage = 'RCPT' THEN stage END),
        max(CASE WHEN stage = 'end of DATA' THEN stage END), max(CASE WHEN stage = 'greeting' THEN stage END)), '') AS stage
FROM attempts
WHERE result <> 'success'
GROUP BY result, cause, whose, named;

CREATE OR REPLACE TEMP VIEW failures AS
SELECT del, xdelay, cause, whose, named, stage FROM troubles WHERE result = 'failure';

CREATE OR REPLACE TEMP VIEW deferrals AS
SELECT del, xdelay, cause, whose, named, stage FROM troubles WHERE result = 'deferral';

CREATE OR REPLACE TEMP VIEW reasons AS
SELECT result, count(*) AS del, sum(xdelay) AS xdelay, replace(report, '_', ' ') AS reason
FROM attempts
GROUP BY result, replace(report, '_', ' ');

CREATE OR REPLACE TEMP VIEW rejects AS
SELECT records, 100 * records * 1e0 / sum(records) OVER () AS share, reason, meaning
FROM (
    SELECT count(*) AS records, record AS reason, coalesce(meaning, 'not in the table of conditions') AS meaning
    FROM records
    WHERE action IN ('reject', 'deferred')
    GROUP BY record, coalesce(meaning, 'not in the table of conditions')
    UNION ALL
    SELECT number AS records,
        CASE name WHEN 'rbl_451' THEN 'rblsmtpd 451' WHEN 'rbl_553' THEN 'rblsmtpd 553' ELSE 'server deny' END AS reason,
        CASE name WHEN 'rbl_451' THEN 'client in a list, refused for now'
            WHEN 'rbl_553' THEN 'client in a list, refused for good'
            ELSE 'connection refused by rule or limit' END AS meaning
    FROM figures
    WHERE family = 'sessions' AND name IN ('rbl_451', 'rbl_553', 'deny') AND number > 0
) AS refused;

CREATE OR REPLACE TEMP VIEW reject_networks AS
SELECT count(*) AS records, network FROM records WHERE action = 'reject' GROUP BY network;

CREATE OR REPLACE TEMP VIEW reject_addresses AS
SELECT count(*) AS records, record AS reason, coalesce(client, '') AS client, coalesce(sender, '') AS sender,
    coalesce(recipient, '') AS recipient
FROM records
WHERE action <> 'accept'
GROUP BY record, coalesce(client, ''), coalesce(sender, ''), coalesce(recipient, '');

-- What `sqmail-report sessions` calls connections: that is a table here.
CREATE OR REPLACE TEMP VIEW sessions AS
SELECT c.connections, f.ok, f.denied, f.most_at_once, f.connections_limit, f.tls, f.tls_failed, f.delayed, c.left_silent,
    f.refused_for_now, f.refused_for_good, f.accepts, f.rejects, f.deferred, f.crashed, f.limited, f.fatal,
    f.errors - f.tls_failed AS errors,
    coalesce(l.unrecognised, 0) AS unrecognised, coalesce(l.lines, 0) AS lines
FROM (
    SELECT count(begun_ns) AS connections,
        CAST(coalesce(sum(CASE WHEN left_silent THEN 1 ELSE 0 END), 0) AS BIGINT) AS left_silent
    FROM connections
) AS c
CROSS JOIN (
    SELECT coalesce(max(CASE WHEN name = 'ok' THEN number END), 0) AS ok,
        coalesce(max(CASE WHEN name = 'deny' THEN number END), 0) AS denied,
        coalesce(max(CASE WHEN name = 'connections' THEN number END), 0) AS most_at_once,
        coalesce(max(CASE WHEN name = 'connections_limit' THEN number END), 0) AS connections_limit,
        coalesce(max(CASE WHEN name = 'tls_sessions' THEN number END), 0) AS tls,
        coalesce(max(CASE WHEN name = 'tls_failed' THEN number END), 0) AS tls_failed,
        coalesce(max(CASE WHEN name = 'greetdelay' THEN number END), 0) AS delayed,
        coalesce(max(CASE WHEN name = 'rbl_451' THEN number END), 0) AS refused_for_now,
        coalesce(max(CASE WHEN name = 'rbl_553' THEN number END), 0) AS refused_for_good,
        coalesce(max(CASE WHEN name = 'accept' THEN number END), 0) AS accepts,
        coalesce(max(CASE WHEN name = 'reject' THEN number END), 0) AS rejects,
        coalesce(max(CASE WHEN name = 'deferred' THEN number END), 0) AS deferred,
        coalesce(max(CASE WHEN name = 'crashed' THEN number END), 0) AS crashed,
        coalesce(max(CASE WHEN name = 'limited' THEN number END), 0) AS limited,
        coalesce(max(CASE WHEN name = 'fatal' THEN number END), 0) AS fatal,
        coalesce(max(CASE WHEN name = 'errors' THEN number END), 0) AS errors
    FROM figures
    WHERE family = 'sessions'
) AS f
CROSS JOIN (
    SELECT max(lines) AS lines, max(unrecognised) AS unrecognised FROM lines_of WHERE family = 'sessions'
) AS l;

CREATE OR REPLACE TEMP VIEW services AS
SELECT CAST(sum(CASE WHEN let_in THEN 1 ELSE 0 END) AS BIGINT) AS ok,
    CAST(sum(CASE WHEN let_in THEN 0 ELSE 1 END) AS BIGINT) AS denied,
    port,
    CASE port WHEN '25' THEN 'smtp' WHEN '465' THEN 'smtps' WHEN '587' THEN 'submission' WHEN '110' THEN 'pop3'
        WHEN '995' THEN 'pop3s' WHEN '209' THEN 'qmtp' WHEN '6209' THEN 'qmtps' WHEN '628' THEN 'qmqp'
        ELSE 'other' END AS service
FROM connections
WHERE let_in IS NOT NULL
GROUP BY port;

CREATE OR REPLACE TEMP VIEW networks AS
SELECT count(*) AS connections, network FROM connections WHERE begun_ns IS NOT NULL GROUP BY network;

CREATE OR REPLACE TEMP VIEW tls AS
SELECT count(*) AS sessions, tls AS version, cipher FROM connections WHERE tls IS NOT NULL GROUP BY tls, cipher;

CREATE OR REPLACE TEMP VIEW protocols AS
SELECT count(*) AS records, protocol FROM records GROUP BY protocol;

CREATE OR REPLACE TEMP VIEW greetdelay AS
SELECT count(*) AS sessions, held_back AS delay FROM connections WHERE held_back IS NOT NULL GROUP BY held_back;

CREATE OR REPLACE TEMP VIEW left_silent AS
SELECT count(*) AS sessions, network FROM connections WHERE left_silent GROUP BY network;

CREATE OR REPLACE TEMP VIEW rbl AS
SELECT count(*) AS sessions, refused AS code, words AS text
FROM connections
WHERE refused IS NOT NULL
GROUP BY refused, words;

CREATE OR REPLACE TEMP VIEW authentication AS
SELECT CAST(sum(CASE WHEN action = 'reject' THEN 0 ELSE 1 END) AS BIGINT) AS accepted,
    CAST(sum(CASE WHEN action = 'reject' THEN 1 ELSE 0 END) AS BIGINT) AS rejected,
    least(count(DISTINCT coalesce(client, '')), 1000) AS clients,
    protocol, login
FROM records
WHERE login IS NOT NULL
GROUP BY protocol, login;

CREATE OR REPLACE TEMP VIEW endings AS
SELECT count(*) AS sessions, status,
    CASE WHEN status % 128 > 0 THEN concat('signal ', CAST(status % 128 AS STRING))
        WHEN status = 0 THEN 'done'
        WHEN status = 256 THEN 'exit 1 (POP3: always)'
        WHEN status = 25600 THEN 'exit 100: refused'
        WHEN status = 28160 THEN 'exit 110'
        WHEN status = 28416 THEN 'exit 111: trouble for the moment'
        ELSE concat('exit ', CAST(CAST((status - status % 256) / 256 AS BIGINT) AS STRING)) END AS meaning
FROM connections
WHERE status IS NOT NULL
GROUP BY status;
