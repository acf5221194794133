/* Makes one chosen call of the C library on files below one folder fail, or the process die there.
 *
 * Preloaded; what it is to do stands in a file that tests map as well (struct order, see shim.py).
 * An order names a function, a path below the root, and the how-manieth such call it means.  Calls are
 * counted in the shared file, so that a command and its child processes count together.  With `trace`
 * each call on a file below the root is written down.  With `clock` the wall clock stands still.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { NONE = 0, KILL = -1, STOP = -2, SHORT = -3, TORN = -4 };

struct order {
    int32_t action;    /* an errno, or one of the above */
    int32_t nth;       /* from 1 */
    int32_t lasting;   /* all further ones, too */
    int32_t seen;      /* calls so far that the order fits */
    int32_t fired;
    int32_t unused;
    int64_t clock;     /* Unix seconds; 0: the real one */
    char function[32];
    char path[1024];   /* below the root; "" is the root itself */
    char root[1024];
    char trace[1024];  /* a file, "" for none */
};

static struct order *order;

static void begin(void) __attribute__((constructor));
static void begin(void)
{
    const char *name = getenv("FAULTS_ORDER");
    if (!name || order) return;
    long fd = syscall(SYS_openat, AT_FDCWD, name, O_RDWR | O_CLOEXEC);
    if (fd < 0) return;
    void *map = (void *)syscall(SYS_mmap, NULL, sizeof *order, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0L);
    syscall(SYS_close, (int)fd);
    if (map != MAP_FAILED) order = map;
}

/* Return the part of a path below the root, NULL if it lies elsewhere. */
static const char *below(const char *path)
{
    size_t length = strlen(order->root);
    if (!length || strncmp(path, order->root, length)) return NULL;
    if (!path[length]) return "";
    return path[length] == '/' ? path + length + 1 : NULL;
}

static int path_of(int fd, char *into)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, into, (size_t)PATH_MAX - 1);
    if (length < 0) return -1;
    into[length] = 0;
    static const char gone[] = " (deleted)";
    size_t tail = sizeof gone - 1;
    if ((size_t)length > tail && !strcmp(into + length - tail, gone)) into[length - tail] = 0;
    return 0;
}

/* Note a call; return what is to happen to it. */
static int met(const char *function, const char *path)
{
    const char *rest = below(path);
    if (!rest) return NONE;
    size_t length = strlen(rest);
    if (order->trace[0]) {
        char line[PATH_MAX + 64];
        int size = snprintf(line, sizeof line, "%s\t%s\n", function, rest);
        long fd = syscall(SYS_openat, AT_FDCWD, order->trace, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
        if (fd >= 0) {
            syscall(SYS_write, (int)fd, line, (size_t)size);
            syscall(SYS_close, (int)fd);
        }
    }
    if (order->action == NONE || strcmp(order->function, function)) return NONE;
    /* A name with a star stands for whatever the program makes up there. */
    size_t fixed = strcspn(order->path, "*");
    if (order->path[fixed] ? (length <= fixed || strncmp(order->path, rest, fixed)) : strcmp(order->path, rest))
        return NONE;
    int number = __atomic_add_fetch(&order->seen, 1, __ATOMIC_SEQ_CST);
    if (number != order->nth && !(order->lasting && number > order->nth)) return NONE;
    order->fired = 1;
    if (order->action == KILL || order->action == STOP) {
        syscall(SYS_kill, (int)syscall(SYS_getpid), order->action == KILL ? SIGKILL : SIGSTOP);
        return NONE;
    }
    return order->action;
}

static int met_at(const char *function, int at, const char *path)
{
    if (!order || !path || (order->action == NONE && !order->trace[0])) return NONE;
    int before = errno, action;
    if (path[0] == '/') {
        action = met(function, path);
    } else {
        char whole[2 * PATH_MAX + 2];
        if (at == AT_FDCWD) {
            if (syscall(SYS_getcwd, whole, (size_t)PATH_MAX) < 0) return NONE;
        } else if (path_of(at, whole)) {
            errno = before;
            return NONE;
        }
        if (path[0] && strcmp(path, ".")) {
            strcat(whole, "/");
            strncat(whole, path, PATH_MAX);
        }
        action = met(function, whole);
    }
    errno = before;
    return action;
}

static int met_fd(const char *function, int fd)
{
    if (!order || (order->action == NONE && !order->trace[0])) return NONE;
    int before = errno, action = NONE;
    char path[PATH_MAX];
    if (!path_of(fd, path)) action = met(function, path);
    errno = before;
    return action;
}

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define FAIL(action, result) \
    do { int fault = (action); if (fault > 0) { errno = fault; return result; } } while (0)

/* open */
#define MODE(flags) \
    mode_t mode = 0; \
    if (((flags) & O_CREAT) || ((flags) & O_TMPFILE) == O_TMPFILE) { \
        va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }
#define OPEN(name) int name(const char *path, int flags, ...) \
    { REAL(name); MODE(flags) FAIL(met_at(flags & O_CREAT ? "create" : "open", AT_FDCWD, path), -1); return real(path, flags, mode); }
OPEN(open) OPEN(open64)
#define OPENAT(name) int name(int at, const char *path, int flags, ...) \
    { REAL(name); MODE(flags) FAIL(met_at(flags & O_CREAT ? "create" : "open", at, path), -1); return real(at, path, flags, mode); }
OPENAT(openat) OPENAT(openat64)
#define FOPEN(name) FILE *name(const char *path, const char *mode) \
    { REAL(name); FAIL(met_at("open", AT_FDCWD, path), NULL); return real(path, mode); }
FOPEN(fopen) FOPEN(fopen64)
#define MKSTEMP(name) int name(char *path) \
    { REAL(name); FAIL(met_at("create", AT_FDCWD, path), -1); return real(path); }
MKSTEMP(mkstemp) MKSTEMP(mkstemp64)

/* folders */
DIR *opendir(const char *path) { REAL(opendir); FAIL(met_at("opendir", AT_FDCWD, path), NULL); return real(path); }
DIR *fdopendir(int fd) { REAL(fdopendir); FAIL(met_fd("opendir", fd), NULL); return real(fd); }
struct dirent *readdir(DIR *dir) { REAL(readdir); FAIL(met_fd("readdir", dirfd(dir)), NULL); return real(dir); }
struct dirent64 *readdir64(DIR *dir) { REAL(readdir64); FAIL(met_fd("readdir", dirfd(dir)), NULL); return real(dir); }

/* looking */
#define STAT(name, type) int name(const char *path, struct type *into) \
    { REAL(name); FAIL(met_at("stat", AT_FDCWD, path), -1); return real(path, into); }
STAT(stat, stat) STAT(lstat, stat) STAT(stat64, stat64) STAT(lstat64, stat64)
int fstat(int fd, struct stat *into) { REAL(fstat); FAIL(met_fd("fstat", fd), -1); return real(fd, into); }
int fstat64(int fd, struct stat64 *into) { REAL(fstat64); FAIL(met_fd("fstat", fd), -1); return real(fd, into); }
#define FSTATAT(name, type) int name(int at, const char *path, struct type *into, int flags) \
    { REAL(name); FAIL(met_at("stat", at, path), -1); return real(at, path, into, flags); }
FSTATAT(fstatat, stat) FSTATAT(fstatat64, stat64)
/* what was built with an older C library calls these */
#define OLD_STAT(name, type) int name(int version, const char *path, struct type *into); \
    int name(int version, const char *path, struct type *into) \
    { REAL(name); FAIL(met_at("stat", AT_FDCWD, path), -1); return real(version, path, into); }
OLD_STAT(__xstat, stat) OLD_STAT(__lxstat, stat) OLD_STAT(__xstat64, stat64) OLD_STAT(__lxstat64, stat64)
#define OLD_FSTAT(name, type) int name(int version, int fd, struct type *into); \
    int name(int version, int fd, struct type *into) \
    { REAL(name); FAIL(met_fd("fstat", fd), -1); return real(version, fd, into); }
OLD_FSTAT(__fxstat, stat) OLD_FSTAT(__fxstat64, stat64)
int access(const char *path, int mode) { REAL(access); FAIL(met_at("stat", AT_FDCWD, path), -1); return real(path, mode); }
ssize_t readlink(const char *path, char *into, size_t size)
{ REAL(readlink); FAIL(met_at("readlink", AT_FDCWD, path), -1); return real(path, into, size); }

/* reading */
#define LESS(action, size) ((action) == SHORT && (size) > 1 ? (size) / 2 : (size))
ssize_t read(int fd, void *into, size_t size)
{ REAL(read); int action = met_fd("read", fd); FAIL(action, -1); return real(fd, into, LESS(action, size)); }
#define PREAD(name, off) ssize_t name(int fd, void *into, size_t size, off at) \
    { REAL(name); int action = met_fd("read", fd); FAIL(action, -1); return real(fd, into, LESS(action, size), at); }
PREAD(pread, off_t) PREAD(pread64, off64_t)
ssize_t readv(int fd, const struct iovec *parts, int count) { REAL(readv); FAIL(met_fd("read", fd), -1); return real(fd, parts, count); }

/* writing */
static void die(void) { syscall(SYS_kill, (int)syscall(SYS_getpid), SIGKILL); }
ssize_t write(int fd, const void *from, size_t size)
{
    REAL(write);
    int action = met_fd("write", fd);
    FAIL(action, -1);
    if (action == TORN) { real(fd, from, size / 2); die(); }
    return real(fd, from, LESS(action, size));
}
#define PWRITE(name, off) ssize_t name(int fd, const void *from, size_t size, off at) \
    { REAL(name); int action = met_fd("write", fd); FAIL(action, -1); \
      if (action == TORN) { real(fd, from, size / 2, at); die(); } \
      return real(fd, from, LESS(action, size), at); }
PWRITE(pwrite, off_t) PWRITE(pwrite64, off64_t)
ssize_t writev(int fd, const struct iovec *parts, int count) { REAL(writev); FAIL(met_fd("write", fd), -1); return real(fd, parts, count); }
int fsync(int fd) { REAL(fsync); FAIL(met_fd("fsync", fd), -1); return real(fd); }
int fdatasync(int fd) { REAL(fdatasync); FAIL(met_fd("fsync", fd), -1); return real(fd); }
int msync(void *at, size_t size, int flags) { REAL(msync); return real(at, size, flags); }
int ftruncate(int fd, off_t size) { REAL(ftruncate); FAIL(met_fd("ftruncate", fd), -1); return real(fd, size); }
int ftruncate64(int fd, off64_t size) { REAL(ftruncate64); FAIL(met_fd("ftruncate", fd), -1); return real(fd, size); }
int posix_fallocate(int fd, off_t at, off_t size)
{ REAL(posix_fallocate); int action = met_fd("fallocate", fd); return action > 0 ? action : real(fd, at, size); }
int posix_fallocate64(int fd, off64_t at, off64_t size)
{ REAL(posix_fallocate64); int action = met_fd("fallocate", fd); return action > 0 ? action : real(fd, at, size); }
int close(int fd)
{
    REAL(close);
    int action = met_fd("close", fd);
    int result = real(fd);  /* Linux lets go of the descriptor, whatever it says. */
    FAIL(action, -1);
    return result;
}
#define MMAP(name, off) void *name(void *at, size_t size, int how, int flags, int fd, off where) \
    { REAL(name); if (!(flags & MAP_ANONYMOUS)) FAIL(met_fd("mmap", fd), MAP_FAILED); return real(at, size, how, flags, fd, where); }
MMAP(mmap, off_t) MMAP(mmap64, off64_t)

/* locks */
#define FCNTL(name) int name(int fd, int what, ...) \
    { REAL(name); va_list rest; va_start(rest, what); void *argument = va_arg(rest, void *); va_end(rest); \
      if (what == F_SETLK || what == F_SETLKW || what == F_OFD_SETLK || what == F_OFD_SETLKW) \
          FAIL(met_fd(((struct flock *)argument)->l_type == F_UNLCK ? "unlock" : "lock", fd), -1); \
      return real(fd, what, argument); }
FCNTL(fcntl) FCNTL(fcntl64)
int flock(int fd, int how) { REAL(flock); FAIL(met_fd(how & LOCK_UN ? "unlock" : "lock", fd), -1); return real(fd, how); }

/* names */
int rename(const char *from, const char *to) { REAL(rename); FAIL(met_at("rename", AT_FDCWD, to), -1); return real(from, to); }
int renameat(int f, const char *from, int t, const char *to) { REAL(renameat); FAIL(met_at("rename", t, to), -1); return real(f, from, t, to); }
int renameat2(int f, const char *from, int t, const char *to, unsigned flags)
{ REAL(renameat2); FAIL(met_at("rename", t, to), -1); return real(f, from, t, to, flags); }
int link(const char *from, const char *to) { REAL(link); FAIL(met_at("link", AT_FDCWD, to), -1); return real(from, to); }
int linkat(int f, const char *from, int t, const char *to, int flags)
{ REAL(linkat); FAIL(met_at("link", t, to), -1); return real(f, from, t, to, flags); }
int unlink(const char *path) { REAL(unlink); FAIL(met_at("unlink", AT_FDCWD, path), -1); return real(path); }
int unlinkat(int at, const char *path, int flags) { REAL(unlinkat); FAIL(met_at("unlink", at, path), -1); return real(at, path, flags); }
int rmdir(const char *path) { REAL(rmdir); FAIL(met_at("unlink", AT_FDCWD, path), -1); return real(path); }
int mkdir(const char *path, mode_t mode) { REAL(mkdir); FAIL(met_at("mkdir", AT_FDCWD, path), -1); return real(path, mode); }
int mkdirat(int at, const char *path, mode_t mode) { REAL(mkdirat); FAIL(met_at("mkdir", at, path), -1); return real(at, path, mode); }
int chmod(const char *path, mode_t mode) { REAL(chmod); FAIL(met_at("change", AT_FDCWD, path), -1); return real(path, mode); }
int fchmod(int fd, mode_t mode) { REAL(fchmod); FAIL(met_fd("change", fd), -1); return real(fd, mode); }
int chown(const char *path, uid_t u, gid_t g) { REAL(chown); FAIL(met_at("change", AT_FDCWD, path), -1); return real(path, u, g); }
int lchown(const char *path, uid_t u, gid_t g) { REAL(lchown); FAIL(met_at("change", AT_FDCWD, path), -1); return real(path, u, g); }
int fchown(int fd, uid_t u, gid_t g) { REAL(fchown); FAIL(met_fd("change", fd), -1); return real(fd, u, g); }
int utimensat(int at, const char *path, const struct timespec *t, int flags)
{ REAL(utimensat); FAIL(met_at("change", at, path), -1); return real(at, path, t, flags); }
int futimens(int fd, const struct timespec *t) { REAL(futimens); FAIL(met_fd("change", fd), -1); return real(fd, t); }

/* the clock, and the one random number that differs in files of librrd */
int clock_gettime(clockid_t which, struct timespec *into)
{
    REAL(clock_gettime);
    int result = real(which, into);
    if (order && order->clock && which == CLOCK_REALTIME) { into->tv_sec = order->clock; into->tv_nsec = 0; }
    return result;
}
int gettimeofday(struct timeval *restrict into, void *restrict zone)
{
    REAL(gettimeofday);
    int result = real(into, zone);
    if (order && order->clock) { into->tv_sec = order->clock; into->tv_usec = 0; }
    return result;
}
time_t time(time_t *into)
{
    REAL(time);
    time_t now = order && order->clock ? (time_t)order->clock : real(NULL);
    if (into) *into = now;
    return now;
}
long random(void) { REAL(random); return order ? 4 : real(); }
