package dev.stretto.data.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Text files as a corpus: one file, a folder with all below it, or a zip archive. Files come in the
 * order of their names and each is read when its turn comes.
 */
public final class TextFiles {
  private final Path root;
  private final List<String> names;
  private final UnaryOperator<String> clean;

  private TextFiles(Path root, List<String> names, UnaryOperator<String> clean) {
    this.root = root;
    this.names = names;
    this.clean = clean;
  }

  /**
   * Opens a corpus; only names are read yet.
   *
   * @param path a text file, a folder, or an archive whose name ends in {@code .zip}
   * @return the corpus
   * @throws UncheckedIOException if the path cannot be read
   */
  public static TextFiles of(Path path) {
    return of(path, UnaryOperator.identity());
  }

  /** A corpus whose texts are changed when they are read. */
  static TextFiles of(Path path, UnaryOperator<String> clean) {
    try {
      boolean zip = Files.isRegularFile(path) && path.toString().endsWith(".zip");
      Path root = zip ? FileSystems.newFileSystem(path).getPath("/") : path;
      try (Stream<Path> files = Files.walk(root)) {
        Stream<Path> regular = files.filter(Files::isRegularFile).map(root::relativize);
        return new TextFiles(
            root, regular.map(name -> name.toString().replace('\\', '/')).sorted().toList(), clean);
      }
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(path, e);
    }
  }

  private static UncheckedIOException unreadable(Path path, Exception e) {
    return new UncheckedIOException(
        new IOException(path + " cannot be read (" + e + "), expected text files in UTF-8", e));
  }

  /**
   * A part of the corpus.
   *
   * @param wanted which names to keep: paths below the folder or in the archive, with {@code /};
   *     the empty name if it is one file
   * @return those files
   */
  public TextFiles select(Predicate<String> wanted) {
    return new TextFiles(root, names.stream().filter(wanted).toList(), clean);
  }

  /** {@return about nine tenths of the files, to train on, chosen by a hash of the name} */
  public TextFiles train() {
    return select(name -> !TaskCorpus.held(name));
  }

  /** {@return the files that {@link #train()} leaves out} */
  public TextFiles heldOut() {
    return select(TaskCorpus::held);
  }

  /** {@return the names in order} */
  public List<String> names() {
    return names;
  }

  /**
   * The texts in the order of {@link #names()}, read file by file; the stream throws
   * UncheckedIOException for a file that cannot be read and IllegalArgumentException, with file and
   * byte, for one that is not UTF-8.
   *
   * @return the texts
   */
  public Stream<String> texts() {
    return names.stream().map(name -> read(root.resolve(name)));
  }

  private String read(Path file) {
    Checks.running("reading " + file);
    try {
      return clean.apply(Checks.text(Files.readAllBytes(file), file));
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /**
   * The first texts in one; no file behind the size is read.
   *
   * @param characters the most characters (UTF-16), 0 or more
   * @return the texts one after the other, cut at the end
   */
  public String text(int characters) {
    Checks.range("characters", characters, 0, Integer.MAX_VALUE);
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < names.size() && all.length() < characters; i++) {
      all.append(read(root.resolve(names.get(i))));
    }
    int end = Math.min(all.length(), characters);
    boolean half = end > 0 && end < all.length() && Character.isLowSurrogate(all.charAt(end));
    return all.substring(0, half ? end - 1 : end);
  }
}
