package dev.stretto.data;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonDeserializer;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The real data sets that the library can read, from {@code datasets/catalogue.json}. None is part
 * of the project: they lie under the folder that the environment variable STRETTO_DATA names, or in
 * the user's cache, {@code ~/.cache/stretto}, where {@link #download} puts them.
 */
public final class Catalogue {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final List<Dataset.Entry> entries;
  private final Optional<Path> data;
  private final Path cache;

  /**
   * A catalogue over given folders.
   *
   * @param entries the data sets
   * @param data the folder of real data, if there is one
   * @param cache where downloads go; made when needed
   */
  public Catalogue(List<Dataset.Entry> entries, Optional<Path> data, Path cache) {
    this.entries = List.copyOf(entries);
    this.data = data;
    this.cache = cache;
  }

  /** {@return the project's catalogue, with STRETTO_DATA and the user's cache} */
  public static Catalogue standard() {
    return new Catalogue(
        packaged(),
        Optional.ofNullable(System.getenv("STRETTO_DATA"))
            .filter(folder -> !folder.isBlank())
            .map(Path::of),
        Path.of(System.getProperty("user.home"), ".cache", "stretto"));
  }

  /**
   * Looks for a data set of the project's catalogue on this machine.
   *
   * @param id the short name, for example {@code an4}
   * @return the data set, or empty where its manifest is neither under STRETTO_DATA nor in the
   *     cache
   * @throws IllegalArgumentException for an unknown name, listing the known ones
   */
  public static Optional<Dataset> find(String id) {
    return standard().locate(id);
  }

  /** {@return all data sets, present or not; unmodifiable} */
  public List<Dataset.Entry> entries() {
    return entries;
  }

  /**
   * What the catalogue says of one.
   *
   * @param id the short name
   * @return the entry
   * @throws IllegalArgumentException for an unknown name, listing the known ones
   */
  public Dataset.Entry entry(String id) {
    return entries.stream()
        .filter(entry -> entry.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(unknown(id)));
  }

  private String unknown(String id) {
    String known = entries.stream().map(Dataset.Entry::id).collect(Collectors.joining(", "));
    return "there is no data set '" + id + "', expected one of " + known;
  }

  /**
   * Looks for a data set.
   *
   * @param id the short name
   * @return the data set, or empty where its manifest is not here
   * @throws IllegalArgumentException for an unknown name, listing the known ones
   */
  public Optional<Dataset> locate(String id) {
    Dataset.Entry entry = entry(id);
    return Stream.concat(data.stream(), Stream.of(cache))
        .map(root -> new Dataset(entry, root.resolve(entry.folder())))
        .filter(set -> Files.exists(set.path()))
        .findFirst();
  }

  /**
   * A data set that must be here.
   *
   * @param id the short name
   * @return the data set
   * @throws IllegalStateException where it is not: one sentence that says where to put it
   * @throws IllegalArgumentException for an unknown name, listing the known ones
   */
  public Dataset require(String id) {
    return locate(id).orElseThrow(() -> new IllegalStateException(absent(id)));
  }

  /**
   * What to tell a user who does not have a data set.
   *
   * @param id the short name
   * @return one sentence: where to put which files
   * @throws IllegalArgumentException for an unknown name, listing the known ones
   */
  public String absent(String id) {
    Dataset.Entry entry = entry(id);
    String files =
        entry.files().stream().map(Dataset.RemoteFile::name).collect(Collectors.joining(", "));
    Path place = data.orElse(cache).resolve(entry.folder());
    String otherwise =
        entry.downloadable() ? ", or call Catalogue.standard().download(\"" + id + "\")" : "";
    String variable = data.isPresent() ? "" : " (or set STRETTO_DATA to the folder that holds it)";
    return "%s is not here: put %s from %s into %s%s%s"
        .formatted(entry.title(), files, entry.source(), place, variable, otherwise);
  }

  /**
   * Fetches a data set into the cache; files that are there with the right checksum stay.
   *
   * @param id the short name
   * @return the data set in the cache, checked
   * @throws IllegalStateException where a file has no public address, or what came has the wrong
   *     checksum (nothing is kept of it then)
   * @throws UncheckedIOException where the network does not give it
   * @throws CancellationException when the thread is interrupted
   * @throws IllegalArgumentException for an unknown name, listing the known ones
   */
  public Dataset download(String id) {
    Dataset.Entry entry = entry(id);
    if (!entry.downloadable()) {
      throw new IllegalStateException(absent(id));
    }
    Path folder = cache.resolve(entry.folder());
    try (HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(Duration.ofSeconds(20))
            .build()) {
      for (Dataset.RemoteFile file : entry.files()) {
        fetch(client, file, folder.resolve(file.name()));
      }
    }
    return new Dataset(entry, folder).verify();
  }

  private static void fetch(HttpClient client, Dataset.RemoteFile file, Path target) {
    if (Files.isRegularFile(target) && Dataset.sha256(target).equals(file.sha256())) {
      return;
    }
    String url = file.url().orElseThrow();
    Path part = target.resolveSibling(target.getFileName() + ".part");
    try {
      Files.createDirectories(target.getParent());
      HttpRequest request = HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE).build();
      HttpResponse<Path> answer = client.send(request, HttpResponse.BodyHandlers.ofFile(part));
      if (answer.statusCode() != 200) {
        throw new IOException("the server answers " + answer.statusCode() + ", expected 200");
      }
      String sum = Dataset.sha256(part);
      if (!sum.equals(file.sha256())) {
        throw new IllegalStateException(
            url + " has sha256 " + sum + ", expected " + file.sha256() + ": the file has changed");
      }
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot fetch " + url + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (CancellationException)
          new CancellationException("fetching " + url + " was interrupted").initCause(e);
    } finally {
      part.toFile().delete();
    }
  }

  private static List<Dataset.Entry> packaged() {
    JsonDeserializer<Optional<?>> present = (url, type, of) -> Optional.of(url.getAsString());
    Gson gson = new GsonBuilder().registerTypeAdapter(Optional.class, present).create();
    try (InputStream in = Catalogue.class.getResourceAsStream("catalogue.json")) {
      if (in == null) {
        throw new IllegalStateException("catalogue.json is not in the jar: build it with Maven");
      }
      Reader text = new InputStreamReader(in, StandardCharsets.UTF_8);
      return List.of(gson.fromJson(text, Dataset.Entry[].class));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the catalogue", e);
    }
  }
}
