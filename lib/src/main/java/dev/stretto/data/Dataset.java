package dev.stretto.data;

import dev.stretto.data.manifest.Cut;
import dev.stretto.data.manifest.Format;
import dev.stretto.data.manifest.ManifestReader;
import dev.stretto.data.manifest.Manifests;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A real data set of the catalogue that is on this machine.
 *
 * @param entry what the catalogue says of it
 * @param folder where its files are
 */
public record Dataset(Entry entry, Path folder) {

  /**
   * One data set of the catalogue; its card is {@code datasets/cards/<id>.md}.
   *
   * @param id short name, for {@link Catalogue#find}
   * @param title what it is, in a line
   * @param loader the format of its manifest
   * @param folder the folder of its files below the data folder
   * @param manifest what to open, relative to the folder; empty for the folder itself
   * @param cuts how many cuts the manifest has
   * @param licence as its source states it
   * @param source where it comes from
   * @param files its files
   */
  public record Entry(
      String id,
      String title,
      Format loader,
      String folder,
      String manifest,
      long cuts,
      String licence,
      String source,
      List<RemoteFile> files) {

    /** Copies the list. */
    public Entry {
      files = List.copyOf(files);
    }

    /** {@return whether all files have a public address; else one must be brought by hand} */
    public boolean downloadable() {
      return files.stream().allMatch(file -> file.url().isPresent());
    }
  }

  /**
   * A file of a data set.
   *
   * @param name path below the data set's folder
   * @param bytes its size
   * @param sha256 its checksum, 64 hexadecimal digits
   * @param url where it can be had, if anywhere
   */
  public record RemoteFile(String name, long bytes, String sha256, Optional<String> url) {

    /** An address that the catalogue does not state is none. */
    public RemoteFile {
      url = Objects.requireNonNullElse(url, Optional.empty());
    }
  }

  /** {@return where the manifest is, a file or folder for {@link Manifests#open(Path)}} */
  public Path path() {
    return entry.manifest().isEmpty() ? folder : folder.resolve(entry.manifest());
  }

  /** {@return the manifest's cuts, one at a time; close it} */
  public ManifestReader open() {
    return Manifests.open(path());
  }

  /** {@return the manifest's cuts in order} */
  public List<Cut> read() {
    return Manifests.read(path());
  }

  /**
   * Compares every file's checksum.
   *
   * @return this data set
   * @throws IllegalStateException where a file is missing or differs, naming it and both checksums
   */
  public Dataset verify() {
    for (RemoteFile file : entry.files()) {
      Path local = folder.resolve(file.name());
      if (!Files.isRegularFile(local)) {
        throw new IllegalStateException(local + " is missing, expected it for " + entry.title());
      }
      String sum = sha256(local);
      if (!sum.equals(file.sha256())) {
        throw new IllegalStateException(
            local + " has sha256 " + sum + ", expected " + file.sha256() + ": fetch it again");
      }
    }
    return this;
  }

  static String sha256(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      DigestInputStream digest = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"));
      digest.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.getMessageDigest().digest());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
