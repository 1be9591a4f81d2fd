package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/**
 * A sampler whose buckets a producer thread fills while batches are taken (canary-efficiency,
 * mechanism 9), from {@link BucketingSampler#concurrently}. The taker waits only while the buffer
 * is under 10 % full or no bucket is ready, so the first batch comes after a tenth of the buffer.
 * Which cuts share a batch depends on the threads' timing; that each comes once does not. Taken by
 * one thread; the sampler is not to be used otherwise until this is closed.
 *
 * <p>The producer is a daemon platform thread, because parsing a manifest keeps a processor busy.
 * It ends with the stream, with {@link #close}, or with an exception of the stream, which {@link
 * #hasNext} throws. An interrupt of a waiting taker closes it.
 */
public final class ConcurrentBatches implements Iterator<Batch>, AutoCloseable {
  private final BucketingSampler sampler; // guarded by this, as is what follows
  private final int enough;
  private Optional<Throwable> failure = Optional.empty();
  private Optional<Batch> pending = Optional.empty(); // found by hasNext(), not yet taken
  private boolean dry;
  private boolean over;
  private volatile boolean closed;
  private final Thread producer;

  ConcurrentBatches(BucketingSampler sampler, Iterator<Cut> source, int buffer) {
    this.sampler = sampler;
    enough = Math.max(1, buffer / 10);
    producer =
        Thread.ofPlatform().daemon().name("stretto-bucket-producer").start(() -> produce(source));
  }

  private void produce(Iterator<Cut> source) {
    try {
      while (!closed && source.hasNext()) {
        put(source.next());
      }
      end(Optional.empty());
    } catch (Throwable e) { // an Error, too, belongs to whoever waits for the next batch
      end(Optional.of(e));
    }
  }

  private synchronized void put(Cut cut) throws InterruptedException {
    while (sampler.full() && sampler.hasReady()) {
      wait();
    }
    if (!closed) {
      sampler.accept(cut);
      if (sampler.held >= enough && sampler.hasReady()) {
        notifyAll();
      }
    }
  }

  private synchronized void end(Optional<Throwable> thrown) {
    failure = thrown;
    dry = true;
    notifyAll();
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
      return find();
    } catch (InterruptedException e) {
      close();
      throw new CancellationException("waiting for a batch was interrupted");
    }
  }

  private synchronized boolean find() throws InterruptedException {
    while (!dry && (sampler.held < enough || !sampler.hasReady())) {
      wait();
    }
    switch (failure.orElse(null)) {
      case null -> {}
      case RuntimeException exception -> throw exception;
      case Error error -> throw error;
      case Throwable e -> throw new IllegalStateException("the stream failed: " + e, e);
    }
    if (pending.isEmpty() && !over) {
      pending = dry ? sampler.drain() : Optional.of(sampler.drawReady());
      over = pending.isEmpty();
      notifyAll();
    }
    return pending.isPresent();
  }

  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the epoch is over: hasNext() is false");
    }
    return take();
  }

  private synchronized Batch take() {
    Batch batch = pending.orElseThrow();
    pending = Optional.empty();
    return batch;
  }

  /** {@return a snapshot of the counts so far} */
  public synchronized SamplerReport report() {
    return sampler.report();
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
    try {
      if (!producer.join(Duration.ofSeconds(10))) {
        throw new IllegalStateException(
            "the stream still reads 10 s after it was interrupted, expected it to stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
