package dev.stretto.bench;

import java.util.List;

/**
 * The speed benchmark, {@code mvn -Pbench -pl lib test}: prints items per second and ratios, each
 * with its formula, for the machine it runs on.
 */
final class Bench {
  private Bench() {}

  public static void main(String[] arguments) throws Exception {
    System.out.printf(
        "%s, %d cores, %s, heap %,d MB%n",
        Machine.processor(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.version"),
        Runtime.getRuntime().maxMemory() >> 20);
    for (String part : List.of(arguments[0].split(","))) {
      switch (part) {
        case "bucketing" -> BucketingBench.run();
        case "packing" -> PackingBench.run();
        case "network" -> NetworkBench.run();
        case "reading" -> ReadingBench.run();
        case "table" -> TableBench.run(Long.parseLong(arguments[1]));
        default ->
            throw new IllegalArgumentException(
                "bench is '"
                    + part
                    + "', expected some of bucketing,packing,network,reading,table");
      }
    }
  }
}
