/*
 * Loaded before the C library: a file system that refuses what REFUSING_CALLS names (chmod, times, fsync, fsync-folder; with commas
 * between) of whatever stands below REFUSING_ROOT, as FAT, network shares and FUSE do.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static const char *root;
static size_t root_length;
static int refuses_mode, refuses_times, refuses_sync, refuses_folders;

static int named(const char *list, const char *name) {
  size_t length = strlen(name);
  for (const char *at = list; (at = strstr(at, name)) != NULL; at += length) {
    char before = at == list ? ',' : at[-1], after = at[length];
    if (before == ',' && (after == ',' || after == 0)) return 1;
  }
  return 0;
}

static void begin(void) __attribute__((constructor));
static void begin(void) {
  const char *calls = getenv("REFUSING_CALLS");
  root = getenv("REFUSING_ROOT");
  if (!calls || !root) return;
  root_length = strlen(root);
  refuses_mode = named(calls, "chmod");
  refuses_times = named(calls, "times");
  refuses_sync = named(calls, "fsync");
  refuses_folders = named(calls, "fsync-folder");
}

static int is_below(int file) {
  char link[64], path[PATH_MAX];
  if (!root) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || path[root_length] == 0);
}

static int is_folder(int file) {
  struct stat look;
  return fstat(file, &look) == 0 && S_ISDIR(look.st_mode);
}

#define REAL(name, type, ...) \
  static type (*real)(__VA_ARGS__); \
  if (!real) real = dlsym(RTLD_NEXT, name)
#define REFUSE(code) do { errno = (code); return -1; } while (0)

int fchmod(int file, mode_t mode) {
  REAL("fchmod", int, int, mode_t);
  if (refuses_mode && is_below(file)) REFUSE(EPERM);
  return real(file, mode);
}

int futimens(int file, const struct timespec times[2]) {
  REAL("futimens", int, int, const struct timespec *);
  if (refuses_times && is_below(file)) REFUSE(EPERM);
  return real(file, times);
}

static int refused_sync(int file) {
  if (!(refuses_sync || refuses_folders) || !is_below(file)) return 0;
  return is_folder(file) ? refuses_folders : refuses_sync;
}

int fsync(int file) {
  REAL("fsync", int, int);
  if (refused_sync(file)) REFUSE(EINVAL);
  return real(file);
}

int fdatasync(int file) {
  REAL("fdatasync", int, int);
  if (refused_sync(file)) REFUSE(EINVAL);
  return real(file);
}
