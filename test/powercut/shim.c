/*
 * Loaded before the C library: writes down, in one order, everything that a process does to files below POWERCUT_ROOT, with the
 * bytes that it writes, to POWERCUT_LOG. log.ts reads it. A flush is written down when it is through, with the number that the
 * log had when it began: of what other threads did meanwhile it promises nothing.
 *
 * An entry: u32 kind, u32 length of path, u32 length of second path, u32 zero, then u64 each: inode, position, length of data, count;
 * then path, second path, data. Machine byte order.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CREATE = 1, MKDIR, WRITE, TRUNCATE, FLUSH, RENAME, UNLINK, RMDIR, LINK };

struct head {
  uint32_t kind, path, second, zero;
  uint64_t inode, position, length, count;
};

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static const char *root;
static size_t root_length;
static int sink = -1;
static uint64_t count;
static unsigned slow;
#define FILES 65536
static uint8_t watched[FILES];

static void begin(void) __attribute__((constructor));
static void begin(void) {
  const char *place = getenv("POWERCUT_LOG");
  root = getenv("POWERCUT_ROOT");
  if (!place || !root) return;
  slow = getenv("POWERCUT_SLOW") ? (unsigned)atoi(getenv("POWERCUT_SLOW")) : 0;
  root_length = strlen(root);
  sink = (int)syscall(SYS_openat, AT_FDCWD, place, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  /* Out of the way of whoever counts on low numbers. */
  if (sink >= 0) {
    int high = fcntl(sink, F_DUPFD_CLOEXEC, 900);
    if (high >= 0) {
      syscall(SYS_close, sink);
      sink = high;
    }
  }
}

static void put(const void *bytes, size_t length) {
  const char *at = bytes;
  while (length > 0) {
    long done = syscall(SYS_write, sink, at, length);
    if (done <= 0) abort();
    at += done;
    length -= (size_t)done;
  }
}

static void note(uint32_t kind, uint64_t inode, const char *path, const char *second, uint64_t position,
                 const void *data, uint64_t length, uint64_t upto) {
  struct head head = {kind, path ? strlen(path) : 0, second ? strlen(second) : 0, 0, inode, position, length, upto};
  put(&head, sizeof head);
  if (path) put(path, head.path);
  if (second) put(second, head.second);
  if (data) put(data, length);
  count++;
}

#define OPEN_FILES "/proc/self/fd/"

/* The absolute path, as it stands; NULL where it is not below the root. */
static const char *below(int folder, const char *path, char *into) {
  if (sink < 0 || !path) return NULL;
  char *name = NULL;
  /* Through an open folder, as who does not trust its path writes it. */
  if (strncmp(path, OPEN_FILES, sizeof OPEN_FILES - 1) == 0) {
    folder = (int)strtol(path + sizeof OPEN_FILES - 1, &name, 10);
    if (*name != '/') return NULL;
    path = name + 1;
  }
  if (path[0] == '/') {
    snprintf(into, PATH_MAX, "%s", path);
  } else {
    char link[64], base[PATH_MAX];
    if (folder == AT_FDCWD) {
      if (!getcwd(base, sizeof base)) return NULL;
    } else {
      snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
      ssize_t length = readlink(link, base, sizeof base - 1);
      if (length < 0) return NULL;
      base[length] = 0;
    }
    if (snprintf(into, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) return NULL;
  }
  if (strncmp(into, root, root_length) != 0) return NULL;
  return into[root_length] == '/' || into[root_length] == 0 ? into : NULL;
}

static uint64_t inode_of(int file) {
  struct stat look;
  return fstat(file, &look) == 0 ? (uint64_t)look.st_ino : 0;
}

static uint64_t inode_at(const char *path) {
  struct stat look;
  return lstat(path, &look) == 0 ? (uint64_t)look.st_ino : 0;
}

#define REAL(name, type, ...) \
  static type (*real)(__VA_ARGS__); \
  if (!real) real = dlsym(RTLD_NEXT, name)

static int opened(int folder, const char *path, int flags, mode_t mode, int (*call)(int, const char *, int, ...)) {
  char full[PATH_MAX];
  if (!below(folder, path, full)) return call(folder, path, flags, mode);
  pthread_mutex_lock(&lock);
  uint64_t before = (flags & O_CREAT) ? inode_at(full) : 1;
  int file = call(folder, path, flags, mode);
  int saved = errno;
  if (file >= 0 && file < FILES) {
    watched[file] = 1;
    if (before == 0) note(CREATE, inode_of(file), full, NULL, 0, NULL, 0, 0);
    else if (flags & O_TRUNC) note(TRUNCATE, inode_of(file), NULL, NULL, 0, NULL, 0, 0);
  }
  pthread_mutex_unlock(&lock);
  errno = saved;
  return file;
}

#define MODE \
  mode_t mode = 0; \
  if (flags & (O_CREAT | O_TMPFILE)) { \
    va_list list; \
    va_start(list, flags); \
    mode = va_arg(list, mode_t); \
    va_end(list); \
  }

int openat(int folder, const char *path, int flags, ...) {
  MODE REAL("openat", int, int, const char *, int, ...);
  return opened(folder, path, flags, mode, real);
}
int openat64(int folder, const char *path, int flags, ...) {
  MODE REAL("openat64", int, int, const char *, int, ...);
  return opened(folder, path, flags, mode, real);
}
int open(const char *path, int flags, ...) {
  MODE REAL("openat", int, int, const char *, int, ...);
  return opened(AT_FDCWD, path, flags, mode, real);
}
int open64(const char *path, int flags, ...) {
  MODE REAL("openat64", int, int, const char *, int, ...);
  return opened(AT_FDCWD, path, flags, mode, real);
}

int close(int file) {
  REAL("close", int, int);
  if (file >= 0 && file < FILES && file != sink) watched[file] = 0;
  return real(file);
}

static int is_watched(int file) { return sink >= 0 && file >= 0 && file < FILES && watched[file]; }

static ssize_t written(int file, const struct iovec *parts, int many, off_t position, ssize_t done) {
  int saved = errno;
  if (done > 0) {
    char *all = malloc((size_t)done);
    size_t at = 0;
    if (!all) abort();
    for (int i = 0; i < many && at < (size_t)done; i++) {
      size_t some = parts[i].iov_len < (size_t)done - at ? parts[i].iov_len : (size_t)done - at;
      memcpy(all + at, parts[i].iov_base, some);
      at += some;
    }
    note(WRITE, inode_of(file), NULL, NULL, (uint64_t)position, all, (uint64_t)done, 0);
    free(all);
  }
  errno = saved;
  return done;
}

#define AT(name, offset_type) \
  ssize_t name(int file, const void *bytes, size_t length, offset_type position) { \
    REAL(#name, ssize_t, int, const void *, size_t, offset_type); \
    if (!is_watched(file)) return real(file, bytes, length, position); \
    struct iovec part = {(void *)bytes, length}; \
    pthread_mutex_lock(&lock); \
    ssize_t done = written(file, &part, 1, position, real(file, bytes, length, position)); \
    pthread_mutex_unlock(&lock); \
    return done; \
  }
AT(pwrite, off_t)
AT(pwrite64, off64_t)

#define MANY_AT(name, offset_type) \
  ssize_t name(int file, const struct iovec *parts, int many, offset_type position) { \
    REAL(#name, ssize_t, int, const struct iovec *, int, offset_type); \
    if (!is_watched(file)) return real(file, parts, many, position); \
    pthread_mutex_lock(&lock); \
    ssize_t done = written(file, parts, many, position, real(file, parts, many, position)); \
    pthread_mutex_unlock(&lock); \
    return done; \
  }
MANY_AT(pwritev, off_t)
MANY_AT(pwritev64, off64_t)

ssize_t writev(int file, const struct iovec *parts, int many) {
  REAL("writev", ssize_t, int, const struct iovec *, int);
  if (!is_watched(file)) return real(file, parts, many);
  pthread_mutex_lock(&lock);
  off_t position = lseek(file, 0, (fcntl(file, F_GETFL) & O_APPEND) ? SEEK_END : SEEK_CUR);
  ssize_t done = written(file, parts, many, position, real(file, parts, many));
  pthread_mutex_unlock(&lock);
  return done;
}

ssize_t write(int file, const void *bytes, size_t length) {
  REAL("write", ssize_t, int, const void *, size_t);
  if (!is_watched(file)) return real(file, bytes, length);
  struct iovec part = {(void *)bytes, length};
  pthread_mutex_lock(&lock);
  off_t position = lseek(file, 0, (fcntl(file, F_GETFL) & O_APPEND) ? SEEK_END : SEEK_CUR);
  ssize_t done = written(file, &part, 1, position, real(file, bytes, length));
  pthread_mutex_unlock(&lock);
  return done;
}

#define CUT(name, offset_type) \
  int name(int file, offset_type length) { \
    REAL(#name, int, int, offset_type); \
    if (!is_watched(file)) return real(file, length); \
    pthread_mutex_lock(&lock); \
    int result = real(file, length); \
    int saved = errno; \
    if (result == 0) note(TRUNCATE, inode_of(file), NULL, NULL, (uint64_t)length, NULL, 0, 0); \
    pthread_mutex_unlock(&lock); \
    errno = saved; \
    return result; \
  }
CUT(ftruncate, off_t)
CUT(ftruncate64, off64_t)

#define FLUSHED(name) \
  int name(int file) { \
    REAL(#name, int, int); \
    if (!is_watched(file)) return real(file); \
    pthread_mutex_lock(&lock); \
    uint64_t upto = count; \
    pthread_mutex_unlock(&lock); \
    if (slow > 0) usleep((useconds_t)(upto * 7919 % (slow * 1000))); \
    int result = real(file); \
    int saved = errno; \
    pthread_mutex_lock(&lock); \
    if (result == 0) note(FLUSH, inode_of(file), NULL, NULL, 0, NULL, 0, upto); \
    pthread_mutex_unlock(&lock); \
    errno = saved; \
    return result; \
  }
FLUSHED(fsync)
FLUSHED(fdatasync)

static int moved(int from_folder, const char *from, int to_folder, const char *to, unsigned flags, uint32_t kind) {
  char one[PATH_MAX], two[PATH_MAX];
  const char *source = below(from_folder, from, one), *target = below(to_folder, to, two);
  pthread_mutex_lock(&lock);
  uint64_t inode = source ? inode_at(source) : 0;
  long result = kind == RENAME ? syscall(SYS_renameat2, from_folder, from, to_folder, to, flags)
                               : syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
  int saved = errno;
  if (result == 0 && source && target) note(kind, inode, source, target, 0, NULL, 0, 0);
  pthread_mutex_unlock(&lock);
  errno = saved;
  return (int)result;
}
int rename(const char *from, const char *to) { return moved(AT_FDCWD, from, AT_FDCWD, to, 0, RENAME); }
int renameat(int a, const char *from, int b, const char *to) { return moved(a, from, b, to, 0, RENAME); }
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) { return moved(a, from, b, to, flags, RENAME); }
int link(const char *from, const char *to) { return moved(AT_FDCWD, from, AT_FDCWD, to, 0, LINK); }
int linkat(int a, const char *from, int b, const char *to, int flags) { return moved(a, from, b, to, (unsigned)flags, LINK); }

static int removed(int folder, const char *path, int flags) {
  char full[PATH_MAX];
  const char *place = below(folder, path, full);
  pthread_mutex_lock(&lock);
  long result = syscall(SYS_unlinkat, folder, path, flags);
  int saved = errno;
  if (result == 0 && place) note((flags & AT_REMOVEDIR) ? RMDIR : UNLINK, 0, place, NULL, 0, NULL, 0, 0);
  pthread_mutex_unlock(&lock);
  errno = saved;
  return (int)result;
}
int unlink(const char *path) { return removed(AT_FDCWD, path, 0); }
int unlinkat(int folder, const char *path, int flags) { return removed(folder, path, flags); }
int rmdir(const char *path) { return removed(AT_FDCWD, path, AT_REMOVEDIR); }

static int made(int folder, const char *path, mode_t mode) {
  char full[PATH_MAX];
  const char *place = below(folder, path, full);
  pthread_mutex_lock(&lock);
  long result = syscall(SYS_mkdirat, folder, path, mode);
  int saved = errno;
  if (result == 0 && place) note(MKDIR, inode_at(place), place, NULL, 0, NULL, 0, 0);
  pthread_mutex_unlock(&lock);
  errno = saved;
  return (int)result;
}
int mkdir(const char *path, mode_t mode) { return made(AT_FDCWD, path, mode); }
int mkdirat(int folder, const char *path, mode_t mode) { return made(folder, path, mode); }
