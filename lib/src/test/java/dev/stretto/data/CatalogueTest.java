package dev.stretto.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.stretto.data.manifest.CutGenerator;
import dev.stretto.data.manifest.Format;
import dev.stretto.data.manifest.ManifestException;
import dev.stretto.data.manifest.Manifests;
import dev.stretto.data.manifest.NemoManifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogueTest {
  private static final byte[] MANIFEST =
      "{\"audio_filepath\": \"a.wav\", \"duration\": 2.5, \"text\": \"x\"}\n"
          .getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private HttpServer server;
  private final AtomicInteger requests = new AtomicInteger();

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          boolean known = exchange.getRequestURI().getPath().equals("/m.json");
          exchange.sendResponseHeaders(known ? 200 : 404, known ? MANIFEST.length : -1);
          try (var body = exchange.getResponseBody()) {
            body.write(known ? MANIFEST : new byte[0]);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private Catalogue catalogue(String path, String sha256) {
    String url = "http://127.0.0.1:" + server.getAddress().getPort() + path;
    return new Catalogue(
        List.of(
            new Dataset.Entry(
                "toy",
                "A toy",
                Format.NEMO,
                "toy_folder",
                "",
                1,
                "CC0",
                "nowhere",
                List.of(
                    new Dataset.RemoteFile("m.json", MANIFEST.length, sha256, Optional.of(url))))),
        Optional.empty(),
        folder.resolve("cache"));
  }

  private String sum() throws IOException {
    return Dataset.sha256(Files.write(folder.resolve("reference"), MANIFEST));
  }

  @Test
  void aDownloadIsCheckedKeptAndNotRepeated() throws IOException {
    Catalogue catalogue = catalogue("/m.json", sum());
    assertTrue(catalogue.locate("toy").isEmpty());
    String says =
        assertThrows(IllegalStateException.class, () -> catalogue.require("toy")).getMessage();
    assertEquals(
        "A toy is not here: put m.json from nowhere into "
            + folder.resolve("cache/toy_folder")
            + " (or set STRETTO_DATA to the folder that holds it), or call"
            + " Catalogue.standard().download(\"toy\")",
        says);
    assertEquals("a.wav", catalogue.download("toy").read().getFirst().id());
    assertEquals(1, requests.get());
    catalogue.download("toy");
    assertEquals(1, requests.get());
    assertEquals(1, catalogue.require("toy").verify().read().size());
    Files.writeString(folder.resolve("cache/toy_folder/m.json"), "changed");
    Dataset changed = catalogue.require("toy");
    assertTrue(
        assertThrows(IllegalStateException.class, changed::verify)
            .getMessage()
            .contains("expected " + sum()));
  }

  @Test
  void aWrongChecksumOrAMissingFileLeavesNothingBehind() throws IOException {
    Catalogue wrong = catalogue("/m.json", "0".repeat(64));
    assertTrue(
        assertThrows(IllegalStateException.class, () -> wrong.download("toy"))
            .getMessage()
            .contains("the file has changed"));
    Catalogue absent = catalogue("/other.json", sum());
    assertTrue(
        assertThrows(UncheckedIOException.class, () -> absent.download("toy"))
            .getMessage()
            .contains("answers 404"));
    try (var left = Files.list(folder.resolve("cache/toy_folder"))) {
      assertEquals(0, left.count());
    }
    assertTrue(
        assertThrows(IllegalArgumentException.class, () -> absent.locate("nix"))
            .getMessage()
            .contains("expected one of toy"));
  }

  @Test
  void everyEntryHasACardWithItsLicenceChecksumsAndAddresses() throws IOException {
    List<Dataset.Entry> entries = Catalogue.standard().entries();
    assertEquals(7, entries.size());
    for (Dataset.Entry entry : entries) {
      String card = Files.readString(Path.of("../datasets/cards", entry.id() + ".md"));
      assertTrue(card.contains(entry.licence()), entry.id());
      for (Dataset.RemoteFile file : entry.files()) {
        assertTrue(card.contains(file.sha256()), file.name());
        assertTrue(card.contains(file.url().orElse("none (derived)")), file.name());
      }
    }
    assertFalse(Catalogue.standard().entry("speechocean762").downloadable());
  }

  @Test
  void realDataSetsHaveTheChecksumsAndCutsOfTheCatalogue() {
    assumeTrue(System.getenv("STRETTO_DATA") != null, "STRETTO_DATA is not set");
    Catalogue catalogue = Catalogue.standard();
    for (Dataset.Entry entry : catalogue.entries()) {
      Dataset set = catalogue.require(entry.id()).verify();
      if (entry.loader() == Format.OTHER) {
        assertThrows(ManifestException.class, set::read);
        continue;
      }
      assertEquals(entry.cuts(), set.read().size(), entry.id());
      assertEquals(entry.loader(), Manifests.open(set.path()).format());
    }
  }

  @Test
  void theSampleIsGeneratedByteForByte() throws IOException {
    Path again = folder.resolve("again.json");
    NemoManifest.write(again, CutGenerator.canary(2025).withText().list(200));
    assertEquals(-1, Files.mismatch(again, Path.of("../datasets/samples/canary-200.json")));
  }
}
