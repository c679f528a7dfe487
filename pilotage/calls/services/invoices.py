"""Keeping the invoice numbers of a filing where another filing can be compared with them."""

from __future__ import annotations

from pilotage.calls.invoices import numbers_in
from pilotage.calls.models import Application, InvoiceLine
from pilotage.calls.selectors import form_of


def keep_invoice_numbers(application: Application) -> None:
    """The numbers of the form filed now replace those of the version before. No query where the form asks for none."""
    form = form_of(application.version)
    if not any(column.invoice_number for field in form.by_key.values() for column in field.columns):
        return
    InvoiceLine.objects.filter(application=application).delete()
    found = numbers_in(form, application.data)
    InvoiceLine.objects.bulk_create(
        InvoiceLine(application=application, field=field, number=number) for field, number in dict.fromkeys(found)
    )
