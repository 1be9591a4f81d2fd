package dev.stretto.data.manifest;

import dev.stretto.data.manifest.ManifestException.Reason;
import it.unimi.dsi.fastutil.HashCommon;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The cuts of a manifest, one at a time; {@link Manifests#open} makes one. It holds a file open:
 * close it. Not thread-safe. A {@link ManifestException} of an entry leaves it usable: the next
 * call goes on behind the entry.
 */
public final class ManifestReader implements Iterator<Cut>, AutoCloseable {
  private static final int INTERRUPT_MASK = 0xFFF;
  private static final int EXAMPLES = 5;

  /** The cuts of one file, or of one Kaldi directory. */
  interface Source extends AutoCloseable {
    /** The next cut, null at the end; goes on after an exception that is not fatal. */
    Cut next();

    /** Where the last cut stood. */
    SourceLocation place();

    @Override
    void close();
  }

  private final Format format;
  private final CutValidator assembler;
  private final ArrayDeque<Path> files;
  private final LongOpenHashSet ids = new LongOpenHashSet();
  private final EnumMap<Reason, Long> skipped = new EnumMap<>(Reason.class);
  private final List<String> examples = new ArrayList<>();
  private long cuts;
  private Source source;
  private String file = "";
  private Cut ahead;
  private long calls;

  ManifestReader(Format format, List<Path> files, ReadOptions options) {
    this.format = format;
    this.files = new ArrayDeque<>(files);
    this.assembler = new CutValidator(options);
  }

  /** {@return the format that was recognised, that of all files of this manifest} */
  public Format format() {
    return format;
  }

  /** {@return a snapshot of what came out and what was left out so far} */
  public ReadReport report() {
    return new ReadReport(cuts, skipped, examples);
  }

  /**
   * Whether there is another cut; reads it.
   *
   * @return false at the end of the last file
   * @throws ManifestException for an entry that is not acceptable, unless errors are skipped
   * @throws CancellationException when the thread was interrupted
   */
  @Override
  public boolean hasNext() {
    if (ahead == null) {
      ahead = read();
    }
    return ahead != null;
  }

  /**
   * The next cut.
   *
   * @return the cut
   * @throws NoSuchElementException at the end
   * @throws ManifestException as {@link #hasNext()}
   */
  @Override
  public Cut next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the manifest is over: hasNext() is false");
    }
    Cut cut = ahead;
    ahead = null;
    cuts++;
    return cut;
  }

  private Cut read() {
    while (true) {
      if ((++calls & INTERRUPT_MASK) == 0 && Thread.currentThread().isInterrupted()) {
        throw new CancellationException("reading " + file + " was interrupted");
      }
      try {
        if (source == null) {
          if (files.isEmpty()) {
            return null;
          }
          Path next = files.remove();
          file = next.toString();
          source = format.open(next, assembler);
        }
        Cut cut = source.next();
        if (cut == null) {
          closeSource();
        } else if (!assembler.lean() && !ids.add(hash(cut.id()))) {
          throw source
              .place()
              .value(Reason.DUPLICATE_ID, "id", cut.id(), "an id that was not read before");
        } else {
          return cut;
        }
      } catch (ManifestException e) {
        if (e.fatal()) {
          closeSource();
        }
        if (e.reason() != Reason.SKIPME && !assembler.options().skipErrors()) {
          throw e;
        }
        skipped.merge(e.reason(), 1L, Long::sum);
        if (examples.size() < EXAMPLES && e.reason() != Reason.SKIPME) {
          examples.add(e.getMessage());
        }
      }
    }
  }

  /** 64 bits of an id, so that millions of ids fit into memory. */
  private static long hash(String id) {
    long hash = id.length();
    for (int i = 0; i < id.length(); i++) {
      hash = HashCommon.mix(hash ^ id.charAt(i));
    }
    return hash;
  }

  private void closeSource() {
    Source open = source;
    source = null;
    if (open != null) {
      open.close();
    }
  }

  /** {@return the rest as a sequential stream; closing the stream closes this reader} */
  public Stream<Cut> stream() {
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED | Spliterator.NONNULL),
            false)
        .onClose(this::close);
  }

  /** {@return the rest in the manifest's order; closes this reader} */
  public List<Cut> toList() {
    try (this) {
      List<Cut> list = new ArrayList<>();
      forEachRemaining(list::add);
      return list;
    }
  }

  /** Closes the open file; nothing more comes out. */
  @Override
  public void close() {
    files.clear();
    ahead = null;
    closeSource();
  }
}
