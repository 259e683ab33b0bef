"""Packs the extension as a .vsix: a zip with a manifest, a list of content types, and the files below `extension/`.

    python3 package.py trialect.vsix

`npm ci` fetches the client library that `package-lock.json` pins.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from xml.sax.saxutils import escape, quoteattr

HERE = pathlib.Path(__file__).resolve().parent
FILES = ["package.json", "extension.js", "language-configuration.json", "README.md", "syntaxes/trialect.tmLanguage.json"]

TYPES = """<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
{}
</Types>
"""

MANIFEST = """<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id={id} Version={version} Publisher={publisher}/>
    <DisplayName>{name}</DisplayName>
    <Description xml:space="preserve">{description}</Description>
    <Categories>{categories}</Categories>
    <Properties><Property Id="Microsoft.VisualStudio.Code.Engine" Value={engine}/></Properties>
  </Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true"/>
  </Assets>
</PackageManifest>
"""


def manifest(package):
    return MANIFEST.format(
        id=quoteattr(package["name"]),
        version=quoteattr(package["version"]),
        publisher=quoteattr(package["publisher"]),
        engine=quoteattr(package["engines"]["vscode"]),
        name=escape(package["displayName"]),
        description=escape(package["description"]),
        categories=escape(",".join(package["categories"])),
    )


def types(names):
    found = sorted({suffix for name in names if (suffix := pathlib.PurePosixPath(name).suffix)} | {".vsixmanifest"})
    known = {".json": "application/json", ".vsixmanifest": "text/xml"}
    row = '  <Default Extension={} ContentType="{}"/>'
    return TYPES.format("\n".join(row.format(quoteattr(one), known.get(one, "text/plain")) for one in found))


def main(out):
    package = json.loads((HERE / "package.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        modules = pathlib.Path(folder)
        for file in ["package.json", "package-lock.json"]:
            shutil.copy(HERE / file, modules)
        npm = shutil.which("npm")
        if npm is None:
            sys.exit("npm is needed to fetch the client library (Debian: apt-get install npm)")
        subprocess.run([npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=modules, check=True)
        files = {f"extension/{name}": HERE / name for name in FILES}
        for path in sorted((modules / "node_modules").rglob("*")):
            if path.is_file() and not path.name.endswith((".map", ".d.ts")):
                files[f"extension/{path.relative_to(modules).as_posix()}"] = path
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("extension.vsixmanifest", manifest(package))
            archive.writestr("[Content_Types].xml", types(files))
            for name, path in files.items():
                archive.write(path, name)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
