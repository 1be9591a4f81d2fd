package dev.stretto.kernel;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The thread on which the code of all cells runs: always the same one, because engines keep state
 * by thread (DJL's gradient mode does). It is replaced only where a cell cannot be stopped.
 */
final class CellThread extends Thread {
  private final BlockingQueue<FutureTask<?>> tasks = new LinkedBlockingQueue<>();
  private volatile boolean toStop;
  private volatile boolean abandoned;

  CellThread(ClassLoader loader) {
    super("cell");
    setDaemon(true);
    setContextClassLoader(loader);
    start();
  }

  void submit(FutureTask<?> task) {
    tasks.add(task);
  }

  boolean isToStop() {
    return toStop;
  }

  /** Asks the code that runs to stop; again and again, for code that swallows an interrupt. */
  void askToStop() {
    toStop = true;
    interrupt();
  }

  void allow() {
    toStop = false;
  }

  /** Gives the thread up to the code that does not stop; it ends once that code does. */
  void abandon() {
    abandoned = true;
    askToStop();
  }

  @Override
  public void run() {
    while (!abandoned) {
      try {
        tasks.take().run();
        Thread.interrupted();
      } catch (InterruptedException late) {
        // the cell that it was meant for has ended
      }
    }
  }
}
