package dev.stretto.experiments;

import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.CodeSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where a result comes from: enough to make it again, without dates, users or machine names, so
 * that the same sources give the same text.
 *
 * @param seed the first seed
 * @param preset the preset
 * @param settings the resolved settings, {@code "key=value,key=value"}
 * @param versions component to version
 * @param machine operating system, architecture and number of cores
 * @param revision the revision of the sources, {@code -dirty} where they were changed; {@code
 *     unknown} outside a checkout
 * @param data real data sets that were used, each with its licence
 */
public record Provenance(
    long seed,
    Preset preset,
    String settings,
    Map<String, String> versions,
    String machine,
    String revision,
    Map<String, String> data) {

  private static final Pattern VERSION = Pattern.compile("-(\\d[^/]*)\\.jar$");

  /** Copies the maps. */
  public Provenance {
    versions = new LinkedHashMap<>(versions);
    data = new TreeMap<>(data);
  }

  /**
   * The provenance of a run in this JVM.
   *
   * @param seed the first seed
   * @param preset the preset
   * @param settings the resolved settings
   * @param environment {@code STRETTO_REVISION}, where set, saves asking git
   * @return the provenance, with no data set yet
   */
  static Provenance here(
      long seed, Preset preset, String settings, Map<String, String> environment) {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("stretto", version("dev.stretto.experiments.Provenance"));
    versions.put("jdk", Integer.toString(Runtime.version().feature()));
    versions.put("djl", version("ai.djl.Device"));
    versions.put("lets-plot", version("org.jetbrains.letsPlot.awt.plot.PlotSvgExport"));
    versions.put("kernel", kernel());
    return new Provenance(
        seed, preset, settings, versions, machineClass(), sources(environment), Map.of());
  }

  Provenance with(Map<String, String> dataSets) {
    return new Provenance(seed, preset, settings, versions, machine, revision, dataSets);
  }

  /** {@return the provenance as the header of a figure's data, in a fixed order} */
  public Map<String, String> toMap() {
    Map<String, String> map = new LinkedHashMap<>();
    map.put("seed", Long.toString(seed));
    map.put("preset", preset.toString());
    map.put("settings", settings);
    map.put("versions", joined(versions, "%s %s", ", "));
    map.put("machine", machine);
    map.put("revision", revision);
    if (!data.isEmpty()) {
      map.put("data", joined(data, "%s (%s)", ", "));
    }
    return map;
  }

  /** {@return the provenance on one line, for the ledger: {@code "key=value;key=value"}} */
  public String line() {
    return joined(toMap(), "%s=%s", ";");
  }

  private static String joined(Map<String, String> map, String entry, String between) {
    return map.entrySet().stream()
        .map(pair -> entry.formatted(pair.getKey(), pair.getValue()))
        .collect(Collectors.joining(between));
  }

  private static String machineClass() {
    int cores = Runtime.getRuntime().availableProcessors();
    return "%s-%s, %d %s"
        .formatted(
            System.getProperty("os.name").toLowerCase(Locale.ROOT).replace(' ', '-'),
            System.getProperty("os.arch"),
            cores,
            cores == 1 ? "core" : "cores");
  }

  /** The version in the name of the jar that a class came from. */
  private static String version(String className) {
    try {
      Class<?> type = Class.forName(className, false, Provenance.class.getClassLoader());
      CodeSource source = type.getProtectionDomain().getCodeSource();
      URL location = source == null ? null : source.getLocation();
      Matcher matcher = VERSION.matcher(location == null ? "" : location.getPath());
      return matcher.find() ? matcher.group(1) : "development";
    } catch (ClassNotFoundException e) {
      return "absent";
    }
  }

  /** Which Java kernel runs this JVM. */
  private static String kernel() {
    return Stream.of(
            Map.entry("stretto", "dev.stretto.kernel.Main"),
            Map.entry("jjava", "org.dflib.jjava.JJava"),
            Map.entry("ijava", "io.github.spencerpark.ijava.IJava"),
            Map.entry("rapaio", "org.rapaio.jupyter.kernel.MainApp"))
        .filter(entry -> !version(entry.getValue()).equals("absent"))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("none");
  }

  private static String sources(Map<String, String> environment) {
    String given = environment.getOrDefault("STRETTO_REVISION", "");
    if (!given.isEmpty()) {
      return given;
    }
    String head = git("rev-parse", "--short=12", "HEAD");
    if (head.isEmpty()) {
      return "unknown";
    }
    return git("status", "--porcelain", "--untracked-files=no").isEmpty() ? head : head + "-dirty";
  }

  /** What git prints, empty where it cannot say. */
  private static String git(String... arguments) {
    try {
      Process process =
          new ProcessBuilder(Stream.concat(Stream.of("git"), Stream.of(arguments)).toList())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .redirectInput(ProcessBuilder.Redirect.PIPE)
              .start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      boolean ended = process.waitFor(10, TimeUnit.SECONDS);
      return ended && process.exitValue() == 0 ? output.strip() : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
