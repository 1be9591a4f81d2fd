package dev.stretto.bench;

import dev.stretto.data.manifest.Cut;
import dev.stretto.data.manifest.CutGenerator;
import dev.stretto.data.manifest.Manifests;
import dev.stretto.data.manifest.NemoManifest;
import dev.stretto.data.manifest.ReadOptions;
import dev.stretto.metrics.SampleStatistics;
import dev.stretto.profilers.InterleavedTimer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** NeMo manifests from disk, one thread. */
final class ReadingBench {
  private static final int LINES = 500_000;

  private ReadingBench() {}

  static void run() throws Exception {
    Path folder = Files.createTempDirectory("stretto-bench");
    Path plain = folder.resolve("manifest.jsonl");
    Path packed = folder.resolve("manifest.jsonl.gz");
    try {
      CutGenerator generator = CutGenerator.benchmark(1).withText();
      NemoManifest.write(plain, () -> generator.stream(LINES));
      NemoManifest.write(packed, () -> generator.stream(LINES));
      System.out.printf(
          "%nNeMo JSONL, %,d lines, %,d bytes a line, %,d MB plain, one thread%n"
              + "lines/s = lines / median seconds of 7 rounds; live heap = most that survived a"
              + " collection%n",
          LINES, Files.size(plain) / LINES, Files.size(plain) >> 20);
      var timer = new InterleavedTimer();
      for (boolean lengths : List.of(false, true)) {
        timer.add("plain, " + kept(lengths), () -> read(plain, lengths));
        timer.add("gz, " + kept(lengths), () -> read(packed, lengths));
      }
      System.gc();
      try (var heap = new Machine.LiveHeap()) {
        var times = timer.run(2, 7);
        for (boolean lengths : List.of(false, true)) {
          for (String kind : new String[] {"plain, ", "gz, "}) {
            System.out.printf(
                "  %-19s %,12.0f lines/s, fastest %,12.0f%n",
                kind + kept(lengths),
                LINES / times.median(kind + kept(lengths)),
                LINES / SampleStatistics.of(times.seconds(kind + kept(lengths))).quantile(0));
          }
        }
        System.out.printf("  live heap %,d MB over all rounds%n", heap.bytes() >> 20);
      }
    } finally {
      Files.deleteIfExists(plain);
      Files.deleteIfExists(packed);
      Files.delete(folder);
    }
  }

  private static String kept(boolean lengths) {
    return lengths ? "lengths only" : "everything";
  }

  private static void read(Path file, boolean lengths) {
    long tokens = 0;
    try (var reader = Manifests.open(file, ReadOptions.defaults().lengthsOnly(lengths))) {
      while (reader.hasNext()) {
        Cut cut = reader.next();
        tokens += cut.tokens();
      }
      if (tokens == 0 || reader.report().cuts() != LINES) {
        throw new IllegalStateException("read " + reader.report() + ", expected " + LINES);
      }
    }
  }
}
