"""The words that tell causes, and other words for the same in the languages that mail hosts speak."""

from __future__ import annotations

from sqmail_log.answers import likely, sure
from sqmail_log.answers.lists import ADDRESSES, DOMAINS, LINKS
from sqmail_log.answers.roles import NOT, SAID, SUBJECTS

IDLE = frozenset(b"a an the this that these those does is was are were be been has als le la les der die das dem den il lo un une".split())
"""Words that may stand between the others, and tell nothing."""
TWO = {
    b"overquota": b"over quota",
    b"nexiste": b"not exist",
    b"nexistent": b"not exist",
    b"neexistuje": b"not exist",
    b"neexistujici": b"not exist",
    b"nenalezen": b"not found",
    b"nenalezena": b"not found",
    b"bulunamadi": b"not found",
    b"bulunamad": b"not found",
    b"yok": b"not exist",
    b"nepostojeci": b"not exist",
    b"inexistents": b"not exist",
    b"bulkmail": b"bulk message",
    b"trop": b"too many",
    b"troppe": b"too many",
    b"duzo": b"too many",
    b"zbyt": b"too",
    b"troppi": b"too many",
    b"zuviele": b"too many",
    b"zuviel": b"too many",
    b"demasiados": b"too many",
    b"demasiadas": b"too many",
    b"muitas": b"too many",
    b"muitos": b"too many",
}
"""Words that say two."""

_SAME = """
refused: reject rejected rejects rejecting rejection refuse refuses refusing deny denied denies denying declined decline
  rejete rejet rejets rejetee rejetes refus refusee refuses interdit interdite interdits abgelehnt abgewiesen zurckgewiesen zurueckgewiesen ablehnung
  rifiutato rifiutata rifiutati respinto respinta rechazado rechazada rechaza rechazo rejeitado rejeitada recusado
  recusada odrzucona odrzucone odrzucono odrzucony geweigerd disallowed forbidden prohibits denined negada negado negata negato denegado denegada afgewezen avvist odmietnute odmitnuto
  avvisad avvisades avvisat nekad nekat afvist avslatt hylatty hyltty elutasitva elutastva odmitnuta odmitnut odmietnuta
  reddedildi otklonen otklonena otkloneno odbijen respins respinsa recusados recusadas verweigert zabronione zabroniony
blocked: killed block blocks blocking bloquee bloque bloques bloquees bloqu bloqueado bloqueada bloqueados bloccato bloccata
  gesperrt geblockt blockiert geblokkeerd zablokowane zablokowany banned ban bans banning barred isblocked blokowany
  blokowane
  blockerad blockerat sparrad sprrad blokeret sprret sparret blokkert estetty letiltva blokovana blokovan blokovn
  zablokovan zablokovana engellendi engellenmis zablokirovan zablokirovana blokiran blocat blocata bloccati bloqus
blacklist: blacklisted blacklists blacklisting blocklist blocklisted blocklists denylist denylisted blocklisting dnsbl dnsbls rbl
  rbls dnsrbl blackhole blackholed blackholes blackliste blacklistis multirbl sperrliste sperrlisten blockliste
  feketelistan feketelista zwartelijst rbldeny
list: listed lists listing listings liste lista listado liscie
  spiske listede listine lijst listan
unknown: unknowns inconnu inconnue inconnus sconosciuto sconosciuta desconocido desconocida desconhecido desconhecida unbekannt
  unbekannte unbekannter nieznany nieznana nieznane onbekend unknow ukendt ismeretlen okand neznamy
  oknd ukjent tuntematon bilinmeyen neizvesten neizvestnyj neizvestnyi neznm neznan nepoznat tundmatu necunoscut
  onbekende desconhecidos
invalid: invalidos invalidas improper invalide invalides invlido invalido invalida ungltig ungueltig ungltige errato errata illegal bogus incorrect
  incorrecta incorrecto wrong invalids erroneo erronea bledny niepoprawny inactivated invaild
exist: exists existe existen existiert existent esiste esistente existant istnieje bestaat exsit existing
  finns findes finnes letezik ltezik sushchestvuet suschestvuet postoji obstaja exista eksisterer eksisteerib esistono
  existem existieren bestaan
nonexistent: nonexistant inexistant inexistante inexistent inexistente inesistente nonexist
not: doesnt dont isnt cant couldnt wasnt wont didnt cannot couldn doesn isn nicht kein keine nie non pas nao arent
  havent hasnt dosnt wouldnt konnte werent couldnot neither
  inte ikke ikkje nem niet tidak ei neni nelze jamais
valid: valido valida valide gueltig gltig
no: geen nessun nessuno aucun aucune ningun ningn nenhum
found: find gefunden trouve trouvee encontrado encontrada trovato trovata znaleziono findet
  loydy lydy loydetty bulundu najden nayden naiden nalezen nalezena ditemukan gevonden localizado localizada talalhato
  tallhat funnet fundet hittades trouves rinvenuto znaleziony
such: tel telle tale takiego simile
user: lutente lutilisateur users utilisateur usager usuario usuarios benutzer nutzer utente utenti uytkownik uzytkownik uzytkownika uytkownika usurio gebruiker
  userid login subscriber customeruser
  anvandare anvandaren anvndare anvndaren bruger brugeren bruker brukeren kayttaja kayttajaa kyttj kyttjaa felhasznalo
  felhasznl utilizator utilizatorul uzivatel uivatel kullanici kullanc polzovatel polzovatelya korisnik pengguna
  kasutaja uporabnik
account: mailaccount emailaccount accounts compte comptes konto konta kontos cuenta conta contas rekening
mailbox: mailboxes inbox inboxes postfach mailfolder maildir casella boite bote buzon buzn casilla caixa skrzynka skrzynki
  dropfile mailfile mailspool mbox mbx box postbox bandeja mailboxs
  brevlada brevlda brevladan postlada postkasse postkassen postboks postilaatikko postafiok postafik casuta csua
  schranka schrnka kutusu kutu yashchik yashik sanducic postvak buzonul
recipient: recipients rcpt rcpts odbiorcow destinataire destinataires destinatario destinatari destinatrio destinatarios empfnger
  empfaenger addressee adressat adressaten odbiorca odbiorcy ontvanger receiver receivers destin rcptto recipents
  prijemce pjemce mottagare mottagaren mottagarens modtager modtageren modtagerens mottaker mottakeren vastaanottaja
  vastaanottajan cimzett cmzett alici poluchatel primatelj prejemnik destinatar destinatarul geadresseerde prijemca
address: ladresse lindirizzo addresses addr adresse adressen adres adresu indirizzo indirizzi direccion direccin direcciones endereco endereo
  emailaddress mailaddress adress
  adresa adresi adresiniz osoite osoitetta
sender: senders absender mittente remitente expediteur expditeur emetteur metteur remetente originator nadawca nadawcy
  mailfrom envelopefrom afzender
  avsandare avsndare afsender avsender lahettaja lhettj felado odesilatel odeslatel gonderen otpravitel posiljatelj
  expeditor
message: messages mail mails email emails nachricht nachrichten messaggio messaggi mensaje mensajes mensagem mensagens
  courriel courriels wiadomosc wiadomo correo posta correio courrier memo msg letter letters
  bericht berichten meddelande besked melding viesti viestia uzenet zprava sprava ileti mesaj pismo soobshchenie
  soobschenie poruka meldingen
full: pleine plein voll piena pieno llena lleno cheia cheio pelna pelny vol fully spent
  fuld taynna tynn megtelt plna pln plny dolu perepolnen perepolnena perepolnjen puna plin plina saturada saturado
  saturee rempli remplie
quota: quotas quote
over: superato
exceeded: exceeds exceed exceeding exceeded exceeeds dpasse depasse superata excedida excedido excede excedio
  berschritten ueberschritten przekroczono exeeded exeeds excedeed exceded excceeded esaurito esaurita przekroczony
  overskredet ylitetty ylittynyt tullepte tullepett prekrocena prekroena prekrocen asildi prevyshen prevyshena depasita
  overschreden ultrapassada ultrapassado sobrepasado sobrepasada superado superada sforato
rdns: fcrdns revdns
storage: pojemnosci speicherplatz speichervolumen capacity
space: diskspace spazio espacio espao place platz miejsca
limit: limits limite limiting limitation
  grens grense granica limitas
disabled: deshabilitada deshabilitado disable disabling deactivated desactive desactivee dsactive desactivada desactivado deaktiviert disattivata
  disattivato disabilitata disabilitato desativada desativado disatttivata nieaktywne nieaktywny abgeschaltet deactived
  inaktiverad inaktivert deaktiveret kapatildi kapali vypnut deaktivovan deaktivovana otklyuchen onemogucen dezactivat
  uitgeschakeld opgeheven wylaczone wylaczona wyczone deaktivert deshabilitadas
inactive: inactivo inactif inactiva inattiva inativo unactive inaktiv
  dormant nieaktywna inactifs inactivos inattivo
suspended: suspendu suspendida suspendido sospesa sospeso suspensa suspenso gesuspendeerd hangup suspension
  sospese suspendue suspendidos stillgelegt zawieszone zawieszona opgeschort
locked: verrouille verrouillee
closed: cerrada ferme fermee geschlossen chiusa encerrada
expired: expire expirado expirada scaduto scaduta abgelaufen
archived: archivee archive
deleted: gelscht geloescht removed supprime eliminado
terminated: cancelled canceled
discontinued: discontinue
frozen: freezed
temporarily: temporaerer temporaere temporrer temporanea temporarly temporary temporaire temporairement temporr temporaer temporaneamente temporalmente temporneo
  tijdelijk tillfalligt midlertidig valiaikaisesti ideiglenesen docasne gecici vremenno privremeno temporar tymczasowo
  vorubergehend vorbergehend voruebergehend momentaneamente provisoirement
spam: spamtext spams spammy spamlike spamming pourriel ube uce spamblock
  nevyzadana pourriels
spammer: spammers
phishing: phish phishes
junk: junkmail
bulk: massenmail
antispam: antispamowy antyspamowy
moderator: moderators
virus: viruses virii
infected: infiziert infecte
content: contents contenu inhalt contenuto contenido contedo conteudo
server: serwera servera servers serveur servidor mailserver
  serwer szerver sunucu palvelin posluzitelj
host: hosts remotehost
hostname: hostnames
ip: ips ipaddress ipaddr ipv ipadres adresseip
client: clients
connection: connections connexion connexions verbindung verbindungen connessioni polaczenie conexiones conexoes connessione conexion
  verbinding anslutning forbindelse yhteys kapcsolat spojeni baglanti soedinenie conexiune
session: sessions
rate: rates frequence
throttled: throttle throttling throttles ratelimited ratelimit
frequency: frequencies
many: viele much
relay: relevo retransmissao retransmisso retransmision retransmisin reenvio relaying relays relayed relais weiterleitung
permitted: permit permis permitido consentito permesso zugelassen
allowed: allow allows autorise autorisee erlaubt consentita permitida allowable
accept: take takes accepts accepted accepting acepta accepte accetta akzeptiert acceptable
authentication: auth authentifizierung autenticazione autenticacion autenticacao authentification
authenticate: authenticating
required: mandatory require necessary need needed requise necessaria erforderlich richiesta requerida requerido needs
requires: verlangt
standard: standards
cipher: ciphers
field: fields
file: files fichier dateien
inactivity: inutilizzo inactivite inattivita inactividad inatividade inaktivitt inaktivitaet nonuse
address: addressed
incorrectly: misaddressed
administrator: admin administrators
bounce: bounces
dsn: dsns
inbound: inbounds
fail: fails failing failed
failed: echec fallito fallida falhou fehlgeschlagen
failure: failures
unavailable: unavailble unavaiable indisponible indisponibile verfgbar verfuegbar unavilable
  otillganglig utilgjengelig nedostupna nedostupny nedostupan niedostepny niedostepna onbereikbaar nichtverfgbar
available: disponible disponibile
compliant: compliance conformant
comply: complies
want: wanted
advertising: advertisement advertisements werbung publicite
rfc: rfcs
helo: helohost
header: headers
attachment: attachments anhang allegato allegati adjunto
url: urls uri uris
link: links hyperlink
lookup: lookups
complaint: complaints
reputation: reputations rputation reputazione reputacion reputacao
loop: looping loops looped boucle mailschleife schleife
hop: hops
mismatch: mismatches mismatched
resolve: resolves resolved resolvable resolving
unresolvable: unresolved
verify: verified verifying
verification: verifications
encryption: encrypted encrypt
credential: credentials
unauthorized: unauthorised
authorized: authorised authorize autorizado autorizada autorizados autorizzato autorizzata autorisiert berechtigt
organization: organisation organizational
policy: policies richtlinie richtlinien polticas politique politicas
prohibition: prohibit
employee: employed
timeout: timeouts
disturbance: stoerung strung storung
active: attiva attivo activa activo aktiv
known: connu connue conocido conocida bekannt conhecido conhecida znany
unrouteable: nonroutable unroutable unroutabel
linefeed: linefeeds
newline: newlines
error: errors fehler errore erreur errores erro
  fejl virhe chyba hata oshibka greska eroare blad
service: servicio servizio servico dienst usluga
busy: occupato ocupado
too: zu
on: auf
considered: consider considers
permission: permissions
check: checks
character: characters caracteres
restriction: restrictions
unverifiable: unverifyable unvalidated
retry: retries
by: durch par
larger: maior mayor groesser bigger
size: taille groesse grsse dimensione tamano tamanho dimensioni
later: tard spter tarde
  senere senare myohemmin kesobb ksbb pozdeji pozdji sonra pozzhe kasnije tarziu pozniej
again: novamente nuevamente
  igen uudelleen znovu tekrar snova ponovo erneut nochmal opnieuw ponownie nuovamente
try: riprova intente reessayer essayer
  versuchen versuche forsok yrita probalja zkuste deneyin poprobujte sprobuj probeer reessayez ressayez intentelo
name: nom nome
in: nel nella nello dans na neste nesta
receive: recevoir receiving receives
match: matching matches
belong: belongs
conform: conforming
here: hier ici qui
  aqui tutaj tady
dynamic: dynamically dynamique dynamisch dinamico
residential: dialup
recognized: recognised
administratively: administrativley
reached: erreicht raggiunta raggiunto
permanent: permanently
deferred: defer deferral
command: commands
request: requests
large: duza duzy duze gross volumineux grande grosse
overloaded: ueberlastet berlastet
filter: filtres filtre filtro filtri
internal: interner interne interno interna interny interni
black: negra noire nera schwarze schwarzen schwarzer svarta svart cerne cernej chernom crnoj czarnej czarna zwarte preta
domain: domains domaine domnio dominio dominios
"""


def _same() -> dict[bytes, bytes]:
    """Return other words with the one that each stands for."""
    found: dict[bytes, bytes] = {}
    same = b""
    for word in _SAME.encode().split():
        if word.endswith(b":"):
            same = word[:-1]
        else:
            found[word] = same
    return found


SAME = _same()


def spelled(phrase: str) -> list[bytes]:
    """Return the parts of a phrase in the lexicon's words, each with a blank before and behind; they part at `..`."""
    parts = []
    for part in phrase.split(".."):
        words = part.encode().split()
        parts.append(b" " + b" ".join([SAME.get(word, word) for word in words if word not in IDLE]) + b" ")
    return parts


def _lexicon() -> dict[bytes, bytes]:
    """Return each word that counts with the word that stands for it."""
    phrases = " ".join([row[2] for row in (*sure.ROWS, *likely.ROWS, *likely.VAGUE)]).replace(",", " ").replace("..", " ")
    used = {SAME.get(word, word) for word in phrases.encode().split()} - {ADDRESSES, DOMAINS, LINKS, *IDLE}
    used |= {*SUBJECTS, *SAID, *NOT}
    found = {word: word for word in used}
    found.update({word: same for word, same in SAME.items() if same in used})
    found.update(TWO)
    return found


CANONICAL = _lexicon()
"""The words that count, each with the one that stands for it."""
