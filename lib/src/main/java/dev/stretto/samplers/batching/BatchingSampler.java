package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Consumer;

/**
 * Forms mini-batches from a stream of cuts. It is a push machine: cuts go in one at a time, batches
 * come out when they are ready, so that one pass over a manifest can feed any number of samplers.
 * {@link #over} turns it into the iterator that a training loop wants.
 */
public interface BatchingSampler {

  /**
   * Takes one cut; emits no, one or several batches.
   *
   * @param cut the next cut of the stream
   * @param out receives the batches that became ready
   */
  void offer(Cut cut, Consumer<Batch> out);

  /**
   * The stream is dry: emits what is left (unless the sampler drops partial batches) and leaves the
   * sampler empty, ready for the next epoch.
   *
   * @param out receives the last batches
   */
  void finish(Consumer<Batch> out);

  /**
   * {@return the batches of one epoch, pulled}
   *
   * @param cuts the stream, read only as far as needed
   */
  default Iterator<Batch> over(Iterator<Cut> cuts) {
    return new Iterator<>() {
      private final ArrayDeque<Batch> ready = new ArrayDeque<>();
      private boolean finished;

      @Override
      public boolean hasNext() {
        while (ready.isEmpty() && !finished) {
          if (cuts.hasNext()) {
            offer(cuts.next(), ready::add);
          } else {
            finished = true;
            finish(ready::add);
          }
        }
        return !ready.isEmpty();
      }

      @Override
      public Batch next() {
        if (!hasNext()) {
          throw new NoSuchElementException("the epoch is over: hasNext() is false");
        }
        return ready.remove();
      }
    };
  }
}
