package dev.stretto.experiments;

import dev.stretto.figures.ColumnClass;
import dev.stretto.figures.FigureComparison;
import dev.stretto.figures.FigureData;
import dev.stretto.figures.FigureFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Compares two trees of figures, {@code FOLDER/NAME.{csv,json,svg}} (a grid of images has a {@code
 * png}) and {@code ledger.csv}: data and ledger by class, specifications exactly, pictures by the
 * root mean square of their difference, drawings also colour by colour. Whatever parted is said in
 * a sentence and shown on one self-contained page.
 *
 * @param expected the stored tree
 * @param actual the tree that was drawn now
 * @param withoutData whether figures and ledger lines of real data sets may be missing
 * @param newAllowed whether a figure that is not stored yet is no difference
 * @param older figures, {@code FOLDER/NAME}, of which only the data are compared
 */
record FigureCheck(
    Path expected, Path actual, boolean withoutData, boolean newAllowed, Set<String> older) {

  /** Pictures whose data agree may still differ by this much, for instance in a font's hinting. */
  private static final double PICTURE_TOLERANCE = 0.02;

  /** Trained measures may move by this share from machine to machine. */
  private static final double QUALITY_TOLERANCE = 0.05;

  private static final double ROUNDING = 2e-5;

  /** A table in a folder of figures that is no figure's: the raw values behind the ledger. */
  private static final String ROWS = "rows.csv";

  /**
   * A figure that parted.
   *
   * @param name {@code FOLDER/NAME}
   * @param sentences what differs
   */
  record Parted(String name, List<String> sentences) {}

  private static final String OLDER = "--older=";

  /**
   * Compares, prints a sentence for each difference and writes the page. The exit status is 0 when
   * everything agrees, 1 when something parted and 2 when the trees cannot be compared.
   *
   * @param arguments {@code [--without-data] [--new-allowed] [--older=FOLDER/NAME]... EXPECTED
   *     ACTUAL PAGE [FOLDER...]}; without data, figures and ledger lines of real data sets need not
   *     be there; where new ones are allowed, a figure that is not stored yet is no difference; of
   *     figures whose stored pictures are older than their data, only the data are compared
   */
  public static void main(String[] arguments) {
    List<String> words = new ArrayList<>(List.of(arguments));
    boolean withoutData = words.remove("--without-data");
    boolean newAllowed = words.remove("--new-allowed");
    Set<String> older = new TreeSet<>();
    for (String word : arguments) {
      if (word.startsWith(OLDER)) {
        older.add(word.substring(OLDER.length()));
        words.remove(word);
      }
    }
    if (words.size() < 3) {
      System.out.println(
          "usage: FigureCheck [--without-data] [--new-allowed] [--older=FOLDER/NAME]..."
              + " EXPECTED ACTUAL PAGE [FOLDER...]");
      System.exit(2);
    }
    try {
      FigureCheck check =
          new FigureCheck(
              Path.of(words.get(0)), Path.of(words.get(1)), withoutData, newAllowed, older);
      List<Parted> parted = check.compare(words.subList(3, words.size()));
      CheckPage.write(Path.of(words.get(2)), check.expected, check.actual, parted);
      for (Parted figure : parted) {
        figure.sentences().forEach(sentence -> System.out.println(figure.name() + ": " + sentence));
      }
      System.exit(parted.isEmpty() ? 0 : 1);
    } catch (UncheckedIOException | IllegalArgumentException e) {
      System.out.println(e.getMessage());
      System.exit(2);
    }
  }

  /** Compares the figures of these folders, of all where none is named, and their ledger lines. */
  List<Parted> compare(List<String> folders) {
    Set<String> chosen = new TreeSet<>(folders);
    if (folders.isEmpty()) {
      chosen.addAll(folders(expected));
      chosen.addAll(folders(actual));
    }
    List<Parted> parted = new ArrayList<>();
    for (String folder : chosen) {
      Set<String> names = new TreeSet<>(figures(expected.resolve(folder)));
      names.addAll(figures(actual.resolve(folder)));
      for (String name : names) {
        parted.add(new Parted(folder + "/" + name, figure(folder + "/" + name)));
      }
    }
    parted.add(new Parted("ledger", ledger(chosen)));
    parted.removeIf(part -> part.sentences().isEmpty());
    return parted;
  }

  private List<String> figure(String name) {
    Path stored = expected.resolve(name + ".csv");
    Path drawn = actual.resolve(name + ".csv");
    try {
      if (!Files.exists(drawn)) {
        boolean excused = withoutData && FigureFiles.read(stored).provenance().containsKey("data");
        return excused ? List.of() : List.of("is stored but was not drawn");
      }
      if (!Files.exists(stored)) {
        return newAllowed ? List.of() : List.of("was drawn but is not stored");
      }
      FigureData before = FigureFiles.read(stored);
      if (older.contains(name)) {
        return FigureComparison.ofData(before, FigureFiles.read(drawn));
      }
      List<String> sentences =
          new ArrayList<>(FigureFiles.compare(expected.resolve(name), actual.resolve(name)));
      sentences.addAll(picture(name, before.classes().containsValue(ColumnClass.WALL)));
      return sentences;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot compare " + name, e);
    }
  }

  private List<String> picture(String name, boolean wallTime) throws IOException {
    String ending =
        Stream.of(".svg", ".png")
            .filter(kind -> Files.exists(expected.resolve(name + kind)))
            .filter(kind -> Files.exists(actual.resolve(name + kind)))
            .findFirst()
            .orElse("");
    if (ending.isEmpty()) {
      return List.of("it has no picture, or not one of the same kind, here and there");
    }
    if (wallTime) {
      return List.of();
    }
    Path stored = expected.resolve(name + ending);
    Path drawn = actual.resolve(name + ending);
    List<String> sentences = new ArrayList<>(PictureDifference.colours(stored, drawn));
    double rms = PictureDifference.of(stored, drawn).rms();
    if (rms > PICTURE_TOLERANCE) {
      sentences.add("its picture differs by %.3f (at most %s)".formatted(rms, PICTURE_TOLERANCE));
    }
    return sentences;
  }

  private List<String> ledger(Set<String> notebooks) {
    Ledger stored = Ledger.read(expected.resolve("ledger.csv"));
    Ledger measured = Ledger.read(actual.resolve("ledger.csv"));
    Set<LedgerLine.Key> keys = new LinkedHashSet<>();
    Stream.concat(stored.lines().stream(), measured.lines().stream())
        .filter(line -> notebooks.contains(line.notebook()))
        .forEach(line -> keys.add(line.key()));
    List<String> sentences = new ArrayList<>();
    for (LedgerLine.Key key : keys) {
      String name =
          "%s/%s%s (%s)"
              .formatted(
                  key.paper(),
                  key.measure(),
                  key.dataset().isEmpty() ? "" : " on " + key.dataset(),
                  key.preset());
      var before = stored.find(key);
      var now = measured.find(key);
      if (now.isEmpty() && !(withoutData && !key.dataset().isEmpty())) {
        sentences.add(name + " is stored but was not measured");
      }
      if (before.isEmpty() && !newAllowed) {
        sentences.add(name + " was measured but is not stored");
      }
      if (before.isPresent() && now.isPresent()) {
        line(before.get(), now.get()).forEach(sentence -> sentences.add(name + " " + sentence));
      }
    }
    return sentences;
  }

  private static List<String> line(LedgerLine before, LedgerLine now) {
    if (before.ours().isPresent() != now.ours().isPresent()) {
      return List.of(
          now.ours().isPresent() ? "is measured now and was not" : "is no longer measured");
    }
    if (before.kind() == Kind.WALL || now.ours().isEmpty()) {
      return List.of();
    }
    double old = before.ours().getAsDouble();
    double value = now.ours().getAsDouble();
    // a prediction may rest on the measured cost of a pass
    boolean measured = before.kind() == Kind.QUALITY || before.kind() == Kind.MODEL;
    double tolerance = measured ? QUALITY_TOLERANCE : ROUNDING;
    List<String> sentences = new ArrayList<>();
    if (Math.abs(value - old) > tolerance * Math.max(Math.abs(old), Math.abs(value))) {
      sentences.add("is %s instead of %s".formatted(Ledger.number(value), Ledger.number(old)));
    }
    if (before.verdict() != now.verdict()) {
      sentences.add("is %s instead of %s".formatted(now.verdict(), before.verdict()));
    }
    return sentences;
  }

  private static List<String> figures(Path folder) {
    return names(folder)
        .filter(name -> name.endsWith(".csv") && !name.equals(ROWS))
        .map(name -> name.substring(0, name.length() - ".csv".length()))
        .toList();
  }

  private static List<String> folders(Path tree) {
    return names(tree).filter(name -> Files.isDirectory(tree.resolve(name))).toList();
  }

  private static Stream<String> names(Path folder) {
    return Stream.of(Objects.requireNonNullElse(folder.toFile().list(), new String[0]));
  }
}
