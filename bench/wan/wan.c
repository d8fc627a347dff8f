/*
 * A wide-area link between two network namespaces, for any kernel with TUN devices: packets are carried from one device to the other
 * with a delay, a rate and random loss. TCP on both sides is the kernel's own.
 *
 *   wan link RTT_MS MBIT LOSS_PERCENT QUEUE_MS SECONDS   until its standard input ends; SECONDS > 0: for so long instead
 *   wan enter PID FD COMMAND...                          runs it at one side; it is killed with whoever started it
 *
 * Both namespaces belong to this process alone, each with a device "wan": any number of links stand beside each other, with the same
 * addresses, and nothing of one is left when it ends, however it ends. Says "ready FD FD" once it carries; addresses are up to others.
 * Lines that it reads: "set RTT_MS MBIT LOSS_PERCENT QUEUE_MS". SIGUSR1 drops everything, what is under way too; SIGUSR2 ends that.
 * One direction takes half the RTT. What would wait longer than QUEUE_MS for its turn is dropped. On a line of 500 Mb/s and more that loses
 * nothing TCP may hand over up to 64 kB at a time, as to a network card, for packets one by one would cost more than those who send them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { room = 1 << 26, largest = sizeof(struct virtio_net_hdr) + (1 << 16), most_at_once = 64 };

struct packet { int64_t due; int length; unsigned char bytes[]; };
struct side { int namespace, device; };
/* Packets stand one behind the other in `ring`, from `tail` to `head`; where `head` has begun again, those at the end reach to `end`. */
struct direction { int from, to; int64_t free_at; size_t head, tail, end; unsigned char *ring; };
struct line { int64_t delay, queue; double nanoseconds_a_byte, loss; };

static volatile sig_atomic_t is_cut;
static void on_cut(int number) { is_cut = number == SIGUSR1; }

static void fail(const char *what) { perror(what); exit(1); }

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* A host of its own: a namespace with a device whose packets are ours. */
static struct side make_side(void) {
  struct side side;
  struct ifreq tun = {.ifr_name = "wan", .ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR};
  if (unshare(CLONE_NEWNET) < 0) fail("a network namespace cannot be made (it needs root)");
  if ((side.namespace = open("/proc/self/ns/net", O_RDONLY)) < 0) fail("/proc/self/ns/net");
  if ((side.device = open("/dev/net/tun", O_RDWR | O_NONBLOCK)) < 0) fail("/dev/net/tun");
  if (ioctl(side.device, TUNSETIFF, &tun) < 0) fail("a TUN device");
  return side;
}

static struct line parse_line(char **words) {
  return (struct line){
    .delay = (int64_t)(atof(words[0]) * 500000),
    .nanoseconds_a_byte = 8000.0 / atof(words[1]),
    .loss = atof(words[2]) / 100,
    .queue = (int64_t)(atof(words[3]) * 1000000),
  };
}

static void offload(int device, const struct line *line) {
  int is_quick = line->loss == 0 && line->nanoseconds_a_byte <= 16;
  if (ioctl(device, TUNSETOFFLOAD, is_quick ? TUN_F_CSUM | TUN_F_TSO4 : 0) < 0) fail("TUNSETOFFLOAD");
}

static size_t size_of(int length) { return (sizeof(struct packet) + (size_t)length + 7) & ~(size_t)7; }

/* Where the next packet goes; NULL: nowhere until some have been given. */
static struct packet *place(struct direction *way) {
  size_t need = size_of(largest);
  if (way->head == way->tail) way->head = way->tail = way->end = 0;
  if (way->head < way->tail) return way->tail - way->head > need ? (struct packet *)(way->ring + way->head) : NULL;
  if (room - way->head < need) {
    if (way->tail <= need) return NULL;
    way->end = way->head;
    way->head = 0;
  }
  return (struct packet *)(way->ring + way->head);
}

static void take(struct direction *way, const struct line *line) {
  for (int taken = 0; taken < most_at_once; taken++) {
    struct packet *packet = place(way);
    if (packet == NULL || (packet->length = (int)read(way->from, packet->bytes, largest)) <= 0) return;
    int64_t time = now();
    if (way->free_at < time) way->free_at = time;
    if (is_cut || way->free_at - time > line->queue || drand48() < line->loss) continue;
    int length = packet->length - (int)sizeof(struct virtio_net_hdr);
    way->free_at += (int64_t)(length * line->nanoseconds_a_byte);
    packet->due = way->free_at + line->delay;
    way->head += size_of(packet->length);
  }
}

/* Hands over what is due; returns when the next one is, or `next`, what is earlier. */
static int64_t give(struct direction *way, int64_t next) {
  while (way->head != way->tail) {
    if (way->head < way->tail && way->tail == way->end) {
      way->tail = 0;
      continue;
    }
    struct packet *packet = (struct packet *)(way->ring + way->tail);
    if (packet->due > now()) return packet->due < next ? packet->due : next;
    if (!is_cut && write(way->to, packet->bytes, packet->length) < 0) { /* Nobody takes it there: lost, as on a wire. */ }
    way->tail += size_of(packet->length);
  }
  return next;
}

/* 0: nobody holds us any more. */
static int obey(struct line *line) {
  char text[4096], *words[5], *lines = text;
  int length = (int)read(STDIN_FILENO, text, sizeof text - 1);
  if (length == 0) return 0;
  if (length < 0) return errno == EINTR || errno == EAGAIN;
  text[length] = 0;
  /* Several may have come at once: the last one holds. */
  for (char *rest; (rest = strsep(&lines, "\n")) != NULL;) {
    int count = 0;
    while (count < 5 && (words[count] = strsep(&rest, " ")) != NULL) count++;
    if (count == 5 && strcmp(words[0], "set") == 0) *line = parse_line(words + 1);
  }
  return 1;
}

static int carry(char **words) {
  struct line line = parse_line(words);
  int is_held = atoi(words[4]) == 0;
  if (!is_held) alarm(atoi(words[4]));
  signal(SIGUSR1, on_cut);
  signal(SIGUSR2, on_cut);
  prctl(PR_SET_TIMERSLACK, 1);
  setpriority(PRIO_PROCESS, 0, -10);
  struct side a = make_side(), b = make_side();
  struct direction ways[2] = {{.from = a.device, .to = b.device}, {.from = b.device, .to = a.device}};
  for (int i = 0; i < 2; i++) {
    if ((ways[i].ring = malloc(room)) == NULL) fail("memory");
    offload(ways[i].from, &line);
  }
  srand48(42);
  printf("ready %d %d\n", a.namespace, b.namespace);
  fflush(stdout);
  for (;;) {
    int64_t next = now() + 1000000000;
    for (int i = 0; i < 2; i++) next = give(&ways[i], next);
    struct pollfd files[3] = {{a.device, POLLIN, 0}, {b.device, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
    int64_t wait = next - now();
    struct timespec timeout = {wait > 0 ? wait / 1000000000 : 0, wait > 0 ? wait % 1000000000 : 0};
    if (ppoll(files, is_held ? 3 : 2, &timeout, NULL) > 0 && is_held && files[2].revents) {
      if (!obey(&line)) return 0;
      for (int i = 0; i < 2; i++) offload(ways[i].from, &line);
    }
    for (int i = 0; i < 2; i++) take(&ways[i], &line);
  }
}

static int enter(char **words) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd/%d", atoi(words[0]), atoi(words[1]));
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || setns(fd, CLONE_NEWNET) < 0) fail("the link is down");
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  execvp(words[2], words + 2);
  fail(words[2]);
  return 1;
}

int main(int count, char **words) {
  if (count == 7 && strcmp(words[1], "link") == 0) return carry(words + 2);
  if (count > 4 && strcmp(words[1], "enter") == 0) return enter(words + 2);
  fprintf(stderr, "usage: wan link RTT_MS MBIT LOSS_PERCENT QUEUE_MS SECONDS | wan enter PID FD COMMAND...\n");
  return 2;
}
