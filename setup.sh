# Shared by ./quickstart and ./run-tests: Debian packages and a virtual environment.
# Sourced; needs root or sudo for packages that are missing.

# Daemons lie where the PATH of others than root does not lead.
PATH=$PATH:/usr/sbin:/sbin

# The kernel reads the first line of a script to its first blank.
case $PWD in
    *[[:space:]]*)
        echo "The path of this folder holds a blank ($PWD): the commands in its virtual environment would not start. Move it to another one." >&2
        exit 1
        ;;
esac

need() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    local sudo=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "These packages are missing, and neither root nor sudo is here to install them: ${missing[*]}" >&2; exit 1; }
        sudo=(sudo)
    fi
    echo "Installing: ${missing[*]}"
    [ -n "${lists_are_new:-}" ] || "${sudo[@]}" apt-get update -qq
    lists_are_new=yes
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# need_collectd [LIBRARY]...: collectd, the very Python that its python plugin is linked to, and what other plugins are
# linked to (names up to the version): Debian's package only suggests them.
need_collectd() {
    need collectd-core
    local library found
    for library in 'libpython3\.' "$@"; do
        found=$(dpkg-query -W -f '${Suggests}' collectd-core | grep -oE "$library[0-9]+[a-z0-9]*" | head -n 1) || true
        [ -n "$found" ] || { echo "collectd-core suggests no ${library%3\\.}, so a plugin of it may not load." >&2; continue; }
        need "$found"
    done
}

# Spark runs in a JVM, of any vendor; the tests of the event store skip it where there is none.
need_java() {
    command -v java >/dev/null || need default-jre-headless
}

# The system's Python where it is new enough: monitors run checks as their own user,
# who cannot use an interpreter in somebody's home, and Debian's rrdtool module is for it.
python() {
    local candidate
    for candidate in /usr/bin/python3 python3.14 python3.13 python3.12 python3.11 python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    echo "Python 3.11 or newer is needed." >&2
    exit 1
}

# install EXTRAS: the project and what it needs into .venv
install() {
    # Where one was begun and never finished, there is no pip in it.
    .venv/bin/python -m pip --version >/dev/null 2>&1 || "$(python)" -m venv --clear --system-site-packages .venv
    .venv/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt hatchling
    .venv/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt --no-build-isolation ".$1"
}
