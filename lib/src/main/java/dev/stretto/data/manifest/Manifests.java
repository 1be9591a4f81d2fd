package dev.stretto.data.manifest;

import dev.stretto.data.manifest.FormatDetector.Kind;
import dev.stretto.data.manifest.ManifestException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Opens speech manifests of any known format, which is recognised by content: a file, a Kaldi data
 * directory, a folder of manifests of one kind (read in the order of their names, numbers by value:
 * {@code manifest_2.json} before {@code manifest_10.json}), or a name with a range, {@code
 * manifest__OP_0..63_CL_.json} or {@code manifest_{0..63}.json}. Packed files (gzip) are unpacked.
 */
public final class Manifests {
  private static final Pattern RANGE = Pattern.compile("(?:_OP_|\\{)(\\d+)\\.\\.(\\d+)(?:_CL_|})");
  private static final int MOST_SHARDS = 1_000_000;

  private static final Set<String> KALDI_FILES =
      Set.of(
          "text segments utt2dur utt2num_samples utt2num_frames utt2spk spk2utt wav.scp"
              .split(" ", -1));

  private record Found(Format format, List<Path> files) {}

  private Manifests() {}

  /**
   * Opens a manifest with the default options.
   *
   * @param path a file, a folder or a name with a range
   * @return its cuts; close it
   * @throws ManifestException where there is no manifest of a known format
   */
  public static ManifestReader open(Path path) {
    return open(path, ReadOptions.defaults());
  }

  /**
   * Opens a manifest.
   *
   * @param path a file, a folder or a name with a range
   * @param options how to read it
   * @return its cuts; close it
   * @throws ManifestException where there is no manifest of a known format
   */
  public static ManifestReader open(Path path, ReadOptions options) {
    Found found = find(path);
    return new ManifestReader(found.format, found.files, options);
  }

  /**
   * Reads a whole manifest into memory with the default options.
   *
   * @param path a file, a folder or a name with a range
   * @return its cuts in order
   * @throws ManifestException for the first entry that is not acceptable
   */
  public static List<Cut> read(Path path) {
    return open(path).toList();
  }

  private static Found find(Path path) {
    List<Path> shards = shards(path);
    for (Path shard : shards) {
      if (!shard.equals(path) && !Files.isRegularFile(shard)) {
        throw unreadable(shard, "is not there, expected all files of the range in " + path);
      }
    }
    if (shards.size() > 1) {
      return new Found(file(shards.getFirst()), shards);
    }
    return single(shards.getFirst());
  }

  private static Found single(Path path) {
    if (Files.isDirectory(path)) {
      return folder(path);
    }
    if (!Files.isRegularFile(path)) {
      throw unreadable(path, "is not there, expected a manifest file or a folder of manifests");
    }
    Path folder = path.toAbsolutePath().getParent();
    if (KALDI_FILES.contains(path.getFileName().toString()) && isKaldi(folder)) {
      return new Found(Format.KALDI, List.of(folder));
    }
    return new Found(file(path), List.of(path));
  }

  private static Format file(Path file) {
    Format format = FormatDetector.kind(file).format;
    if (format != null) {
      return format;
    }
    SourceLocation start = new SourceLocation(file.toString());
    start.line(1);
    throw FormatDetector.firstByte(file) < 0
        ? start.fatal(Reason.EMPTY, "the file is empty, expected " + formats())
        : start.fatal(Reason.UNREADABLE, "of no known format, expected " + formats());
  }

  private static boolean isKaldi(Path folder) {
    return KaldiParser.LEADERS.stream().anyMatch(name -> Files.isRegularFile(folder.resolve(name)));
  }

  private static Found folder(Path folder) {
    if (isKaldi(folder)) {
      return new Found(Format.KALDI, List.of(folder));
    }
    Map<Kind, List<Path>> kinds = new EnumMap<>(Kind.class);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted(byNumber()).toList()) {
        kinds.computeIfAbsent(FormatDetector.kind(file), kind -> new ArrayList<>()).add(file);
      }
    } catch (IOException e) {
      throw unreadable(folder, "cannot be listed (" + e.getMessage() + ")");
    }
    kinds.keySet().removeAll(Set.of(Kind.UNKNOWN, Kind.SOME_JSON, Kind.SOME_JSON_ARRAY));
    Set<Format> formats =
        kinds.keySet().stream()
            .map(kind -> kind.format)
            .collect(Collectors.toCollection(TreeSet::new));
    if (formats.size() != 1) {
      String several = formats.stream().map(Format::toString).collect(Collectors.joining(", "));
      throw unreadable(
          folder,
          formats.isEmpty()
              ? "holds no manifest, expected " + formats()
              : "holds manifests of several formats (%s), expected one: name the file"
                  .formatted(several));
    }
    Kind kind = kinds.keySet().iterator().next();
    List<Path> files = kinds.get(kind);
    List<Path> validated = files.stream().filter(Manifests::isValidated).toList();
    boolean parts = kind == Kind.COMMON_VOICE && !validated.isEmpty();
    return new Found(kind.format, parts ? validated : files);
  }

  /** Common Voice: train, dev and test are parts of validated. */
  private static boolean isValidated(Path file) {
    return file.getFileName().toString().startsWith("validated.");
  }

  private static String formats() {
    return Arrays.stream(Format.values())
        .filter(format -> format != Format.OTHER)
        .map(Format::toString)
        .collect(Collectors.joining(", "));
  }

  private static ManifestException unreadable(Path path, String what) {
    return new ManifestException(Reason.UNREADABLE, true, path + " " + what);
  }

  private static List<Path> shards(Path path) {
    Matcher range = RANGE.matcher(path.toString());
    if (!range.find() || Files.exists(path)) {
      return List.of(path);
    }
    String first = range.group(1);
    int digits = first.startsWith("0") ? first.length() : 1;
    try {
      int from = Integer.parseInt(first);
      int to = Integer.parseInt(range.group(2));
      if (from > to || to - from >= MOST_SHARDS) {
        throw unreadable(path, "has the range " + range.group() + ", expected first..last");
      }
      List<Path> shards = new ArrayList<>();
      for (int i = from; i <= to; i++) {
        String name =
            new StringBuilder(path.toString())
                .replace(range.start(), range.end(), padded(Integer.toString(i), digits))
                .toString();
        shards.addAll(shards(path.getFileSystem().getPath(name)));
      }
      return shards;
    } catch (NumberFormatException e) {
      throw unreadable(path, "has the range " + range.group() + ", expected smaller numbers");
    }
  }

  private static String padded(String number, int digits) {
    return "0".repeat(Math.max(0, digits - number.length())) + number;
  }

  /** Names in order, runs of digits by their value. */
  private static Comparator<Path> byNumber() {
    Pattern digits = Pattern.compile("\\d+");
    Function<Path, String> key =
        file ->
            digits
                .matcher(file.getFileName().toString())
                .replaceAll(run -> padded(run.group(), 20));
    return Comparator.comparing(key).thenComparing(Comparator.naturalOrder());
  }
}
