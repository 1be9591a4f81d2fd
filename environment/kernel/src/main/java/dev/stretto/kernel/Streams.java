package dev.stretto.kernel;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;

/**
 * Standard output and error of the cells: gathers what is printed and hands it on as text in
 * batches, at the latest every {@value #PERIOD_MS} ms or {@value #BATCH_BYTES} bytes, in the order
 * in which it was printed, whichever thread prints.
 */
final class Streams {
  static final int PERIOD_MS = 50;
  static final int BATCH_BYTES = 1 << 15;

  private final BiConsumer<String, String> publish;
  private final Object lock = new Object();
  private final Half out = new Half("stdout");
  private final Half err = new Half("stderr");

  /**
   * Starts the thread that empties the buffers.
   *
   * @param publish takes the stream's name and a piece of text; called under a lock
   */
  Streams(BiConsumer<String, String> publish) {
    this.publish = publish;
    Thread.ofPlatform().daemon().name("stretto-streams").start(this::flushEachPeriod);
  }

  PrintStream out() {
    return new PrintStream(out, false, StandardCharsets.UTF_8);
  }

  PrintStream err() {
    return new PrintStream(err, false, StandardCharsets.UTF_8);
  }

  /** Publishes what is gathered; called before anything else of the cell is published. */
  void flush() {
    synchronized (lock) {
      out.publish();
      err.publish();
    }
  }

  private void flushEachPeriod() {
    while (true) {
      try {
        synchronized (lock) {
          while (out.isEmpty() && err.isEmpty()) {
            lock.wait();
          }
        }
        Thread.sleep(PERIOD_MS);
        flush();
      } catch (Throwable e) {
        // out of memory in a cell, say: the next round tries again
        Thread.onSpinWait();
      }
    }
  }

  /** One of the two streams. Bytes of a character that is not complete wait for the rest. */
  private final class Half extends OutputStream {
    private final String name;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Half(String name) {
      this.name = name;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      synchronized (lock) {
        (this == out ? err : out).publish();
        if (isEmpty()) {
          lock.notifyAll();
        }
        bytes.write(source, offset, length);
        if (bytes.size() >= BATCH_BYTES) {
          publish();
        }
      }
    }

    boolean isEmpty() {
      return bytes.size() == 0;
    }

    void publish() {
      byte[] all = bytes.toByteArray();
      int complete = completeUtf8(all);
      if (complete == 0) {
        return;
      }
      bytes.reset();
      bytes.write(all, complete, all.length - complete);
      publish.accept(name, new String(all, 0, complete, StandardCharsets.UTF_8));
    }
  }

  /** The length of the longest prefix that does not end inside a character. */
  static int completeUtf8(byte[] bytes) {
    for (int back = 1; back <= Math.min(3, bytes.length); back++) {
      int b = bytes[bytes.length - back] & 0xff;
      if (b < 0x80) {
        return bytes.length;
      }
      if (b >= 0xc0) {
        int needed = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
        return back < needed ? bytes.length - back : bytes.length;
      }
    }
    return bytes.length;
  }
}
