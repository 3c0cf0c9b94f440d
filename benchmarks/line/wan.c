/* wan: joins the TUN devices of two network namespaces by an emulated long line. No kernel module is needed.
 *
 *   cc -O2 -o wan wan.c
 *   ip netns add wa; ip netns add wb
 *   ./wan wa 10.7.0.1 wb 10.7.0.2 DELAY_MS RATE_MBIT QUEUE_KB LOSS_PERCENT REORDER_PERCENT SEED &
 *
 * Each direction alike. A packet is lost with LOSS_PERCENT, waits in a drop-tail queue of QUEUE_KB for the line's rate (0 = unlimited),
 * then DELAY_MS one way; with REORDER_PERCENT it takes 5 ms more and is overtaken. Says "ready" when both devices are up. SIGTERM ends it
 * and prints a JSON line: for each direction the packets delivered, lost by chance and dropped by the full queue, and how long the
 * delivered ones waited in the queue (median and 95th percentile, milliseconds). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define PACKET_BYTES 1600
#define SLOTS 32768
#define READS_AT_ONCE 64
#define OVERTAKEN_NS 5000000
#define IDLE_NS 50000000
#define WAIT_BUCKET_NS 100000 /* the histogram of queueing times: 0.1 ms each, the last bucket holds the rest */
#define WAIT_BUCKETS 20000

typedef struct { uint64_t due; int len; unsigned char data[PACKET_BYTES]; } Packet;
typedef struct {
    Packet *ring;
    unsigned head, tail;   /* packets under way: ring[tail % SLOTS] up to ring[head % SLOTS], in the order of their due times */
    uint64_t free_at;      /* when the line has sent everything in its queue */
    unsigned long delivered, lost, dropped;
    unsigned long waits[WAIT_BUCKETS];
} Line;

static volatile sig_atomic_t stop;
static uint64_t random_state;

static void on_signal(int signal) { (void) signal; stop = 1; }

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static double uniform(void) { /* xorshift64 */
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (random_state >> 11) * (1.0 / 9007199254740992.0);
}

static int tun_in(const char *namespace, const char *address) {
    char path[128], command[256];
    struct ifreq request = {0};
    snprintf(path, sizeof path, "/var/run/netns/%s", namespace);
    int ns = open(path, O_RDONLY);
    if (ns < 0 || setns(ns, CLONE_NEWNET)) { perror(namespace); exit(1); }
    close(ns);
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    strcpy(request.ifr_name, "wan0");
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0) { perror("/dev/net/tun"); exit(1); }
    snprintf(command, sizeof command, "ip link set lo up; ip addr add %s/24 dev wan0; ip link set wan0 mtu 1500 txqueuelen 10000 up", address);
    if (system(command)) exit(1);
    return fd;
}

/* Delivers what is due and returns when the next packet will be, at most `next`. An overtaken packet waits behind those that pass it. */
static uint64_t deliver(Line *line, int to, uint64_t t, uint64_t next) {
    while (line->tail != line->head) {
        Packet *first = &line->ring[line->tail % SLOTS];
        if (first->due > t) {
            Packet *second = &line->ring[(line->tail + 1) % SLOTS];
            if (line->head - line->tail > 1 && second->due <= t) {
                Packet swapped = *first;
                *first = *second;
                *second = swapped;
                continue;
            }
            return first->due < next ? first->due : next;
        }
        if (write(to, first->data, first->len) < 0 && errno == EAGAIN) break;
        line->tail++;
        line->delivered++;
    }
    return next;
}

/* Takes what a side has sent. */
static void accept_packets(Line *line, int from, uint64_t delay, double bytes_per_ns, long queue, double loss, double reorder) {
    for (int k = 0; k < READS_AT_ONCE; k++) {
        Packet *p = &line->ring[line->head % SLOTS];
        int full = line->head - line->tail >= SLOTS - 2;
        unsigned char junk[PACKET_BYTES];
        int n = read(from, full ? junk : p->data, PACKET_BYTES);
        if (n <= 0) return;
        if (full) { line->dropped++; continue; }
        if (uniform() < loss) { line->lost++; continue; }
        uint64_t t = now(), sent = t;
        if (bytes_per_ns > 0) {
            if (line->free_at > t) sent = line->free_at;
            if ((sent - t) * bytes_per_ns > queue) { line->dropped++; continue; }
            uint64_t bucket = (sent - t) / WAIT_BUCKET_NS;
            line->waits[bucket < WAIT_BUCKETS ? bucket : WAIT_BUCKETS - 1]++;
            sent += (uint64_t) (n / bytes_per_ns);
            line->free_at = sent;
        }
        p->len = n;
        p->due = sent + delay + (uniform() < reorder ? OVERTAKEN_NS : 0);
        line->head++;
    }
}

static double wait_quantile(const Line *line, double q) {
    unsigned long total = 0, below = 0;
    for (int i = 0; i < WAIT_BUCKETS; i++) total += line->waits[i];
    for (int i = 0; i < WAIT_BUCKETS; i++) {
        below += line->waits[i];
        if (below > total * q) return i * (WAIT_BUCKET_NS / 1e6);
    }
    return 0;
}

static void print(const char *name, const Line *line, const char *after) {
    printf("\"%s\":{\"delivered\":%lu,\"lost\":%lu,\"dropped\":%lu,\"waitMedianMillis\":%.1f,\"wait95Millis\":%.1f}%s",
        name, line->delivered, line->lost, line->dropped, wait_quantile(line, 0.5), wait_quantile(line, 0.95), after);
}

int main(int argc, char **argv) {
    if (argc != 11) {
        fprintf(stderr, "usage: wan NS_A ADDRESS_A NS_B ADDRESS_B DELAY_MS RATE_MBIT QUEUE_KB LOSS%% REORDER%% SEED\n");
        return 2;
    }
    static Line line[2];
    int self = open("/proc/self/ns/net", O_RDONLY);
    int fd[2];
    for (int i = 0; i < 2; i++) {
        fd[i] = tun_in(argv[1 + 2 * i], argv[2 + 2 * i]);
        setns(self, CLONE_NEWNET);
        line[i].ring = malloc(sizeof(Packet) * SLOTS);
        if (!line[i].ring) { perror("malloc"); return 1; }
    }
    uint64_t delay = (uint64_t) (atof(argv[5]) * 1e6);
    double bytes_per_ns = atof(argv[6]) * 1e6 / 8e9;
    long queue = atol(argv[7]) * 1024;
    double loss = atof(argv[8]) / 100, reorder = atof(argv[9]) / 100;
    random_state = strtoull(argv[10], 0, 10) * 2654435761u + 88172645463325252ull;
    prctl(PR_SET_TIMERSLACK, 1); /* the default lets a wait end 50 us late */
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    puts("ready");
    fflush(stdout);
    while (!stop) {
        uint64_t t = now(), next = t + IDLE_NS;
        for (int d = 0; d < 2; d++) next = deliver(&line[d], fd[1 - d], t, next);
        struct pollfd polled[2] = {{fd[0], POLLIN, 0}, {fd[1], POLLIN, 0}};
        t = now();
        struct timespec wait = {0, next > t ? (long) (next - t) : 0};
        if (ppoll(polled, 2, &wait, 0) <= 0) continue;
        for (int d = 0; d < 2; d++) {
            if (polled[d].revents & POLLIN) accept_packets(&line[d], fd[d], delay, bytes_per_ns, queue, loss, reorder);
        }
    }
    printf("{");
    print("aToB", &line[0], ",");
    print("bToA", &line[1], "}\n");
    return 0;
}
