package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A sampler whose buckets a producer thread fills while batches are taken (canary-efficiency,
 * mechanism 9), from {@link BucketingSampler#concurrently}. The taker waits only while the buffer
 * is under 10 % full or no bucket is ready, so the first batch comes after a tenth of the buffer.
 * Which cuts share a batch depends on the threads' timing; that each comes once does not. Taken by
 * one thread; the sampler is not to be used otherwise until this is closed.
 *
 * <p>The producer is a daemon platform thread, because parsing a manifest keeps a processor busy.
 * It ends with the stream, with {@link #close}, or with an exception of the stream, which the next
 * {@link #hasNext} throws. An interrupt of a waiting taker closes it.
 */
public final class ConcurrentBatches implements Iterator<Batch>, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final BucketingSampler sampler;
  private final Iterator<Cut> source;
  private final int enough;
  private final Thread producer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  private final Condition room = lock.newCondition();
  private Optional<Throwable> failure = Optional.empty();
  private boolean dry;
  private boolean over;
  private volatile boolean closed;

  ConcurrentBatches(BucketingSampler sampler, Iterator<Cut> source, int buffer) {
    this.sampler = sampler;
    this.source = source;
    enough = Math.max(1, buffer / 10);
    dry = sampler.draining();
    producer =
        Thread.ofPlatform().daemon().name("stretto-bucket-producer").unstarted(this::produce);
  }

  ConcurrentBatches start() {
    producer.start();
    return this;
  }

  private void produce() {
    Optional<Throwable> thrown = Optional.empty();
    try {
      while (!closed && !dry && source.hasNext()) {
        put(source.next());
      }
    } catch (InterruptedException e) {
      thrown = Optional.of(new CancellationException("the producer was interrupted"));
    } catch (Throwable e) { // an Error, too, belongs to whoever waits for the next batch
      thrown = Optional.of(e);
    }
    lock.lock();
    try {
      failure = thrown;
      dry = true;
      filled.signal();
    } finally {
      lock.unlock();
    }
  }

  private void put(Cut cut) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (sampler.full() && sampler.hasReady()) {
        room.await();
      }
      if (!closed) {
        sampler.accept(cut);
        if (sampler.held() >= enough && sampler.hasReady()) {
          filled.signal();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the next batch.
   *
   * @return false when the epoch is over
   * @throws RuntimeException the one that the stream threw
   * @throws CancellationException where this thread was interrupted, or after {@link #close}
   */
  @Override
  public boolean hasNext() {
    if (closed && !over) {
      throw new CancellationException("the concurrent batches were closed before the epoch's end");
    }
    try {
      lock.lockInterruptibly();
      try {
        while (!dry && (sampler.held() < enough || !sampler.hasReady())) {
          filled.await();
        }
        rethrow();
        if (sampler.pending().isEmpty() && !over) {
          boolean last = dry;
          sampler.pending(last ? sampler.drain() : sampler.drawReady());
          over = sampler.pending().isEmpty();
          room.signal();
        }
        return sampler.pending().isPresent();
      } finally {
        lock.unlock();
      }
    } catch (InterruptedException e) {
      close();
      throw new CancellationException("waiting for a batch was interrupted");
    }
  }

  private void rethrow() {
    failure.ifPresent(
        e -> {
          switch (e) {
            case RuntimeException exception -> throw exception;
            case Error error -> throw error;
            default -> throw new IllegalStateException("the stream failed: " + e.getMessage(), e);
          }
        });
  }

  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the epoch is over: hasNext() is false");
    }
    lock.lock();
    try {
      Batch batch = sampler.pending().orElseThrow();
      sampler.pending(Optional.empty());
      return batch;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The counts so far.
   *
   * @return a snapshot
   */
  public SamplerReport report() {
    lock.lock();
    try {
      return sampler.report();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The sampler's state: restored, it loses and repeats no cut.
   *
   * @return a snapshot
   */
  public SamplerState state() {
    lock.lock();
    try {
      return sampler.state();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends the producer; it reads nothing more from the stream afterwards.
   *
   * @throws IllegalStateException where the stream does not react to an interrupt within 10 s
   */
  @Override
  public void close() {
    closed = true;
    producer.interrupt();
    boolean interrupted = false;
    try {
      if (!producer.join(PATIENCE)) {
        throw new IllegalStateException(
            "the stream still reads "
                + PATIENCE
                + " after it was interrupted, expected it to stop");
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
