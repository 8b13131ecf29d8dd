// runner PROGRAM ARGUMENT…: runs a program with its output thrown away, and prints how many nanoseconds it took,
// its peak memory in kilobytes, its processor time in microseconds, and how it ended.
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

int main(int count, char **arguments) {
  if (count < 2) return 2;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  struct timespec start, end;
  struct rusage usage;
  pid_t child;
  int status;
  clock_gettime(CLOCK_MONOTONIC, &start);
  if (posix_spawn(&child, arguments[1], &actions, 0, arguments + 1, environ)) return 3;
  if (wait4(child, &status, 0, &usage) != child) return 4;
  clock_gettime(CLOCK_MONOTONIC, &end);
  long long took = (end.tv_sec - start.tv_sec) * 1000000000LL + end.tv_nsec - start.tv_nsec;
  long long work = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
  printf("%lld %ld %lld %d\n", took, usage.ru_maxrss, work, WIFEXITED(status) ? WEXITSTATUS(status) : 255);
  return 0;
}
