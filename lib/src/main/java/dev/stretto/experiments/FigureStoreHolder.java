package dev.stretto.experiments;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.stream.Collectors;

/** Writes a figure as SVG, PNG and CSV. */
final class FigureStoreHolder {
  static final Experiment.FigureStore STORE =
      (figure, folder, name, provenance) -> {
        try {
          Files.createDirectories(folder);
          Files.writeString(folder.resolve(name + ".svg"), figure.svg());
          Files.write(folder.resolve(name + ".png"), figure.png());
          String header =
              provenance.entrySet().stream()
                  .map(entry -> "# " + entry.getKey() + ": " + entry.getValue() + "\n")
                  .collect(Collectors.joining());
          Files.writeString(
              folder.resolve(name + ".csv"), header + figure.data().write().toString("csv"));
        } catch (IOException e) {
          throw new UncheckedIOException("cannot write figure " + name, e);
        }
      };

  private FigureStoreHolder() {}
}
