package dev.stretto.kernel;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Lends the cell thread to one call at a time and stops it on request. The caller waits, and while
 * it waits it does what the cell asks it to do on the caller's own thread (input from the
 * front-end).
 */
final class CellRunner {
  private static final long GRACE_MS = 2000;
  private static final long TICK_MS = 50;
  private static final String UNSTOPPABLE =
      ", but does not react: its thread goes on in the background; restart the kernel to end it";

  private final ClassLoader loader;
  private final long limitMillis;
  private final BlockingQueue<Runnable> errands = new LinkedBlockingQueue<>();
  private CellThread thread;
  private volatile long stopAskedAt;
  private volatile String stopReason = "";
  private volatile boolean running;

  /**
   * A runner whose thread has the given context class loader.
   *
   * @param limitMillis how long one call may take; 0 for ever
   */
  CellRunner(ClassLoader loader, long limitMillis) {
    this.loader = loader;
    this.limitMillis = limitMillis;
    thread = new CellThread(loader);
  }

  /** Forgets requests to stop that came before. */
  void begin() {
    stopAskedAt = 0;
    thread.allow();
    running = true;
  }

  /** From here on there is nothing to stop. */
  void end() {
    running = false;
  }

  /** Stops what runs between {@link #begin} and {@link #end}; from any thread. */
  void stop(String reason) {
    if (running && stopAskedAt == 0) {
      stopReason = reason;
      stopAskedAt = System.nanoTime() | 1;
      errands.add(() -> {});
    }
  }

  /** Why the cell was stopped, as a sentence. */
  String stopReason() {
    return stopReason;
  }

  boolean isStopping() {
    return stopAskedAt != 0;
  }

  /**
   * Has the caller that waits in {@link #call} run {@code task}, and waits for it.
   *
   * @return false if that took longer than {@code millis}
   */
  boolean onCaller(Runnable task, long millis) throws InterruptedException {
    var done = new CountDownLatch(1);
    errands.add(
        () -> {
          task.run();
          done.countDown();
        });
    return done.await(millis, TimeUnit.MILLISECONDS);
  }

  boolean isRunning() {
    return running;
  }

  /** Whether the caller is the code of a cell. */
  boolean isCell() {
    return Thread.currentThread() instanceof CellThread;
  }

  /**
   * Runs the task on the cell thread.
   *
   * @return what the task returns
   * @throws Throwable what the task throws
   */
  Object call(Callable<?> task) throws Throwable {
    if (isCell()) {
      return task.call();
    }
    var ended = new CompletableFuture<Void>();
    FutureTask<Object> future =
        new FutureTask<>(task::call) {
          @Override
          protected void done() {
            ended.complete(null);
            errands.add(() -> {});
          }
        };
    long start = System.nanoTime();
    thread.submit(future);
    while (!ended.isDone()) {
      Runnable errand = errands.poll(TICK_MS, TimeUnit.MILLISECONDS);
      if (errand != null) {
        errand.run();
      }
      if (limitMillis > 0 && millisSince(start) > limitMillis) {
        stop("the statement took longer than IJAVA_TIMEOUT, " + limitMillis + " ms");
      }
      if (isStopping() && !ended.isDone()) {
        thread.askToStop();
        if (millisSince(stopAskedAt) > GRACE_MS) {
          String reason = stopReason;
          thread.abandon();
          thread = new CellThread(loader);
          stopReason = reason + UNSTOPPABLE;
          throw new CellHooks.Stopped();
        }
      }
    }
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }

  private static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }
}
