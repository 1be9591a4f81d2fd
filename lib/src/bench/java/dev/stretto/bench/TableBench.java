package dev.stretto.bench;

import dev.stretto.data.manifest.Cut;
import dev.stretto.data.manifest.CutGenerator;
import dev.stretto.data.manifest.Manifests;
import dev.stretto.data.manifest.NemoManifest;
import dev.stretto.data.manifest.ReadOptions;
import dev.stretto.profilers.SamplingTable;
import dev.stretto.profilers.SpeechCost;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The padding table of a manifest that does not fit memory: one pass feeds every sampler. */
final class TableBench {
  private static final int CORPUS = 20_000;

  private TableBench() {}

  static void run(long lines) throws Exception {
    Path folder = Files.createTempDirectory("stretto-bench");
    Path manifest = folder.resolve("manifest.jsonl");
    try {
      long room = Files.getFileStore(folder).getUsableSpace();
      if (room < 250 * lines) {
        System.out.printf(
            "%nPadding table: %s has %,d MB left, expected %,d MB for %,d lines%n",
            folder, room >> 20, (250 * lines) >> 20, lines);
        return;
      }
      CutGenerator generator = CutGenerator.canary(2).withText();
      long start = System.nanoTime();
      NemoManifest.write(manifest, () -> generator.stream(lines));
      System.out.printf(
          "%nPadding table of a NeMo manifest, %,d lines, %,d MB, written in %.0f s%n",
          lines, Files.size(manifest) >> 20, (System.nanoTime() - start) / 1e9);
      table(manifest, generator.list((int) Math.min(lines, CORPUS)));
    } finally {
      Files.deleteIfExists(manifest);
      Files.delete(folder);
    }
  }

  private static void table(Path manifest, List<Cut> corpus) {
    var table = new SamplingTable(corpus, SpeechCost.small()).addPaper(20_000, 2);
    int rows = table.reports().size();
    System.gc();
    try (var heap = new Machine.LiveHeap();
        var reader = Manifests.open(manifest, ReadOptions.defaults().lengthsOnly(true))) {
      long start = System.nanoTime();
      long startOfWork = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      table.feed(reader, Integer.MAX_VALUE);
      long count = reader.report().cuts();
      double seconds = (System.nanoTime() - start) / 1e9;
      double work =
          (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - startOfWork) / 1e9;
      System.out.println(table.table().printAll());
      System.out.printf(
          "  %,d cuts into %d samplers in one pass on one thread: %.0f s, %.0f s of them on a"
              + " processor (expected below 180 for 10 million)%n"
              + "  %,.0f cuts/s, %,.0f offers/s; live heap %,d MB of %,d MB%n",
          count,
          rows,
          seconds,
          work,
          count / seconds,
          count * rows / seconds,
          heap.bytes() >> 20,
          Runtime.getRuntime().maxMemory() >> 20);
    }
  }
}
