/* Preloaded into a process, lets two syncs of one file in a row fail as a broken disk does: with EIO, and
   for that time only. FAILSYNC_FILE is how the name of the file ends, FAILSYNC_AT which of its syncs is the
   first, from 1. Two, as SQLite passes over the failure of one that it does of its own accord. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int syncs;

static int fails(int fd) {
    char link[64];
    char path[4096];
    const char *file = getenv("FAILSYNC_FILE");
    const char *at = getenv("FAILSYNC_AT");
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (!file || !at || length < 0) {
        return 0;
    }
    path[length] = 0;
    size_t end = strlen(file);
    if ((size_t)length < end || strcmp(path + length - end, file) != 0) {
        return 0;
    }
    int sync = __atomic_add_fetch(&syncs, 1, __ATOMIC_SEQ_CST);
    return sync == atoi(at) || sync == atoi(at) + 1;
}

static int sync_with(const char *name, int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    if (fails(fd)) {
        errno = EIO;
        return -1;
    }
    return real(fd);
}

int fsync(int fd) {
    return sync_with("fsync", fd);
}

int fdatasync(int fd) {
    return sync_with("fdatasync", fd);
}
