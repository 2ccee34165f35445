"""Declare both standards in the metadata: PDF/A-3a, which WeasyPrint writes, and PDF/UA-1, which it omits then."""

from typing import Any

from weasyprint import Document

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_CLAIM = f"""
<rdf:Description xmlns:rdf="{_RDF}" rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description xmlns:rdf="{_RDF}" rdf:about=""
  xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
  xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
  xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
 <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
  <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
  <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
  <pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
  <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
   <pdfaProperty:category>internal</pdfaProperty:category>
   <pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>
   <pdfaProperty:name>part</pdfaProperty:name>
   <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
  </rdf:li></rdf:Seq></pdfaSchema:property>
 </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""


def claim_accessible(document: Document) -> None:
    """Add PDF/UA-1 to the metadata of a rendered document, next to PDF/A.

    PDF/A allows an unknown property only with a description of its schema, and readers look for both in the one rdf:RDF
    element that WeasyPrint writes; its own option for extra XMP would add a second one, which is ignored.
    """
    write = document.metadata.generate_rdf_metadata

    def write_both(*args: Any, **kwargs: Any) -> bytes:
        before, end, after = write(*args, **kwargs).rpartition(b"</rdf:RDF>")
        return bytes(before + _CLAIM.encode() + end + after)

    document.metadata.generate_rdf_metadata = write_both
