/* Preloaded into a process, lets some calls upon one file in a row fail as a broken disk does: with EIO, and
   for that time only.

   FAIL_FILE   how the name of the file ends
   FAIL_CALL   "sync" or "read"
   FAIL_AT     which of its calls is the first to fail, from 1
   FAIL_CALLS  how many fail
   FAIL_SAID   a file that gets a line for each that fails
   FAIL_SYNCED a file for what was synced last: when it is given, a sync that fails brings that back. The kernel
               does the same: it forgets pages that it could not write. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef ssize_t reading(int, void *, size_t, off64_t);
typedef int syncing(int);

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static int calls;

static void *real(const char *name) {
    return dlsym(RTLD_NEXT, name);
}

static int is_ours(int fd, const char *call) {
    char link[64];
    char path[4096];
    const char *wanted = getenv("FAIL_CALL");
    const char *file = getenv("FAIL_FILE");
    if (!wanted || !file || strcmp(wanted, call) != 0) {
        return 0;
    }
    int before = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = before;
    size_t end = strlen(file);
    return length >= (ssize_t)end && strncmp(path + length - end, file, end) == 0;
}

static void say(const char *call) {
    const char *said = getenv("FAIL_SAID");
    int out = said ? open64(said, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (out < 0 || write(out, call, strlen(call)) < 0 || write(out, "\n", 1) < 0 || close(out) < 0) {
        abort();
    }
}

static int fails(const char *call) {
    int at = atoi(getenv("FAIL_AT"));
    int now = ++calls;
    if (now < at || now >= at + atoi(getenv("FAIL_CALLS"))) {
        return 0;
    }
    say(call);
    return 1;
}

/* The content of one open file over that of another, which keeps its length: what is beyond is zero. */
static void copy(int from, int to) {
    reading *pread_of = (reading *)real("pread64");
    char bytes[65536];
    off64_t at = 0;
    ssize_t length;
    while ((length = pread_of(from, bytes, sizeof bytes, at)) > 0) {
        if (pwrite64(to, bytes, length, at) != length) {
            abort();
        }
        at += length;
    }
    off64_t end = lseek64(to, 0, SEEK_END);
    if (at < end && (ftruncate64(to, at) != 0 || ftruncate64(to, end) != 0)) {
        abort();
    }
}

/* Opens what was synced last. */
static int synced(int flags) {
    int fd = open64(getenv("FAIL_SYNCED"), flags | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        abort();
    }
    return fd;
}

static int sync_with(const char *name, int fd) {
    syncing *sync_of = (syncing *)real(name);
    if (!is_ours(fd, "sync")) {
        return sync_of(fd);
    }
    pthread_mutex_lock(&one_at_a_time);
    int failed = fails("sync");
    int result = failed ? -1 : sync_of(fd);
    if (getenv("FAIL_SYNCED")) {
        int last = synced(failed ? O_RDONLY : O_RDWR | O_TRUNC);
        failed ? copy(last, fd) : copy(fd, last);
        close(last);
    }
    pthread_mutex_unlock(&one_at_a_time);
    errno = failed ? EIO : errno;
    return result;
}

int fsync(int fd) {
    return sync_with("fsync", fd);
}

int fdatasync(int fd) {
    return sync_with("fdatasync", fd);
}

ssize_t pread64(int fd, void *into, size_t length, off64_t at) {
    if (is_ours(fd, "read")) {
        pthread_mutex_lock(&one_at_a_time);
        int failed = fails("read");
        pthread_mutex_unlock(&one_at_a_time);
        if (failed) {
            errno = EIO;
            return -1;
        }
    }
    return ((reading *)real("pread64"))(fd, into, length, at);
}
