"""Every address of the supervisors' door."""

from django.urls import path

from helpdesk.supervision import views

app_name = "supervision"

urlpatterns = [
    path("", views.board, name="board"),
    path("clocks/<int:pk>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("inquiries/<slug:number>/take/", views.take_over, name="take_over"),
    path("inquiries/<slug:number>/assign/", views.reassign, name="reassign"),
]
