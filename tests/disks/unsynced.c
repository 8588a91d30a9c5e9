/* A disk that forgets what was not synced, for one process (LD_PRELOAD).
 *
 * Before a watched file is changed, what is there is written to "<file>.undo" as (offset, old length, old size, old bytes). fsync and
 * fdatasync empty that journal: from then on the change stays. After a kill -9 whoever applies the journals backwards sees what a power cut
 * would have left. Watched is every file whose path contains $UNSYNCED_WATCH.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct head { int64_t offset, length, size; };

static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_pread)(int, void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);

__attribute__((constructor)) static void begin(void) {
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_pread = dlsym(RTLD_NEXT, "pread64");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
}

/* The journal of a watched file, opened to append; -1 for every other file. */
static int journal(int fd, int flags) {
    const char *watch = getenv("UNSYNCED_WATCH");
    char link[64], path[PATH_MAX + 8];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX);
    if (watch == NULL || length < 0) return -1;
    path[length] = 0;
    if (strstr(path, watch) == NULL) return -1;
    strcpy(path + length, ".undo");
    return open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
}

static void remember(int fd, off_t offset, size_t length) {
    int undo = journal(fd, O_APPEND);
    if (undo < 0) return;
    struct stat about;
    if (fstat(fd, &about) != 0) abort();
    struct head head = {offset, 0, about.st_size};
    char *record = malloc(sizeof head + length);
    if (record == NULL) abort();
    ssize_t old = real_pread(fd, record + sizeof head, length, offset);
    head.length = old > 0 ? old : 0;
    memcpy(record, &head, sizeof head);
    if (write(undo, record, sizeof head + head.length) != (ssize_t)(sizeof head + head.length)) abort();
    free(record);
    close(undo);
}

static void keep(int fd) {
    int undo = journal(fd, O_TRUNC);
    if (undo >= 0) close(undo);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
    remember(fd, offset, length);
    return real_pwrite(fd, bytes, length, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }

int ftruncate64(int fd, off64_t size) {
    struct stat about;
    if (fstat(fd, &about) == 0 && about.st_size > size) remember(fd, size, about.st_size - size);
    else remember(fd, size, 0);
    return real_ftruncate(fd, size);
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int fsync(int fd) {
    int done = real_fsync(fd);
    if (done == 0) keep(fd);
    return done;
}

int fdatasync(int fd) {
    int done = real_fdatasync(fd);
    if (done == 0) keep(fd);
    return done;
}
